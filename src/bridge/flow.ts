/**
 * What the present code on the loop runs for, wherever its awaits have led.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { FlowLocal } from "../runtime/types.ts";
import type { LoopEnd } from "./loop_end.ts";
import type { Task } from "./task.ts";
import type { Variables } from "./variables.ts";

/** The wait of a task for which async code runs: what its calls back into the task are caused by. */
export interface Cause {
  readonly end: LoopEnd;
  readonly task: Task;
  readonly wait: number;
  readonly depth: number;
}

/** The flow of the present code. */
export interface Flow {
  /** The wait that it was started by, where that was a task's. */
  readonly cause: Cause | undefined;
  readonly variables: Variables;
}

export const currentFlow: FlowLocal<Flow> = runtime.createFlowLocal();
