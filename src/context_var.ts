/**
 * What belongs to a task, on both of its sides: variables, and the signal that cancels it.
 *
 * @module
 */

import { ContextValues } from "./bridge/context_values.ts";
import { blockingEnd } from "./bridge/current_end.ts";
import { currentContext, currentTask } from "./bridge/task_context.ts";

/**
 * A variable of the task, seen and set from blocking code and from the async code that it awaits.
 *
 * Each task has its own value, inherited from where the task was started. Values cross between the sides
 * as arguments do: what cannot be copied or called is refused when it next crosses.
 *
 * @typeParam T The type of its values.
 *
 * @example
 * ```ts
 * import { ContextVar } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * const user = new ContextVar<string>("user");
 * assert.is(user.get(), undefined);
 * assert.is(user.run("ann", () => user.get()), "ann"); // so do the tasks that are started inside
 * ```
 */
export class ContextVar<T> {
  /** The name that tells the variable from others, in all modules and on all threads. */
  readonly name: string;

  /**
   * Names a variable.
   *
   * @param name Two objects with one name are one variable: on each thread a module makes its own.
   */
  constructor(name: string) {
    this.name = name;
  }

  /**
   * Reads the variable.
   *
   * @returns The value in the present task or `run()`; `undefined` where none was set.
   */
  get(): T | undefined {
    return currentVariables()?.get(this.name) as T | undefined;
  }

  /**
   * Sets the value in the present task, for both of its sides, or in the present `run()`.
   *
   * @throws {TypeError} outside of both: there the value would belong to nobody.
   */
  set(value: T): void {
    const variables = currentVariables();
    if (variables === undefined) {
      throw new TypeError(
        `set the context variable ${this.name}: no task runs here; use run(value, fn) instead`,
      );
    }
    variables.set(this.name, value);
  }

  /**
   * Runs `fn` with the value. On the loop it holds for all that `fn` starts, tasks included, and is never seen outside;
   * in blocking code until `fn` has returned.
   *
   * @returns What `fn` returns.
   */
  run<R>(value: T, fn: () => R): R {
    const task = blockingEnd()?.variables;
    if (task !== undefined) {
      const before = task.get(this.name);
      task.set(this.name, value);
      try {
        return fn();
      } finally {
        task.set(this.name, before);
      }
    }
    const context = currentContext.get();
    const variables = context?.variables.fork() ?? new ContextValues();
    variables.set(this.name, value);
    return currentContext.run({ cause: context?.cause, variables }, fn);
  }
}

function currentVariables(): ContextValues | undefined {
  return blockingEnd()?.variables ?? currentContext.get()?.variables;
}

/**
 * The signal of the task for which the present code runs.
 *
 * In blocking code it is that of the loop, to be given on: `awaitlet(eventLoop.fetch(url, { signal: currentSignal() }))`. A task that is
 * cancelled is told so by its `awaitlet()` as well.
 *
 * @returns A signal that aborts when the task is cancelled, or its thread has died; outside a task one that never does.
 *
 * @example In an async module
 * ```ts ignore
 * export const download = (url: string) => fetch(url, { signal: currentSignal() }).then((response) => response.text());
 * ```
 */
export function currentSignal(): AbortSignal {
  const end = blockingEnd();
  if (end?.inTask) return end.signal();
  return currentTask()?.signal ?? new AbortController().signal;
}
