/**
 * The task that the current async code belongs to, kept in an AsyncLocalStorage.
 *
 * @module
 */

import { sharedByCopies } from "../runtime/copies.ts";
import { runtime } from "../runtime/current.ts";
import type { ContextLocal } from "../runtime/types.ts";
import type { ContextValues } from "./context_values.ts";
import type { LoopEnd } from "./loop_end.ts";
import type { Task } from "./task.ts";

/** The wait of a task for which async code runs: what its calls back into the task are caused by. */
export interface ParentWait {
  readonly end: LoopEnd | undefined;
  readonly task: Task;
  readonly wait: number;
  readonly depth: number;
}

/** The context of the current code. */
export interface TaskContext {
  /** The wait that it was started by, where that was a task's. */
  readonly cause: ParentWait | undefined;
  readonly variables: ContextValues;
}

/** All copies of awaitlet have one. From its first use on its methods are those of that. */
export const currentContext: ContextLocal<TaskContext> = {
  get: () => adopt().get(),
  run: (value, fn, ...args) => adopt().run(value, fn, ...args),
};

function adopt(): ContextLocal<TaskContext> {
  return Object.assign(
    currentContext,
    sharedByCopies<ContextLocal<TaskContext>>("context", runtime.createContextLocal),
  );
}

/** The task for which the present code runs. */
export function currentTask(): Task | undefined {
  return currentContext.get()?.cause?.task;
}
