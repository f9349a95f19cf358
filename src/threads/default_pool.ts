/**
 * The pool that tasks run on where no other is named.
 *
 * @module
 */

import { currentTask } from "../bridge/task_context.ts";
import type { PoolOptions, TaskOptions } from "./options.ts";
import { Pool } from "./pool.ts";

let shared: Pool | undefined;

/** A function that runs a task for blocking code, which has asked for it from its thread. */
export function childTask(
  url: string,
  name: string,
  options: TaskOptions & { readonly loadTimeout?: number },
): (...args: unknown[]) => Promise<unknown> {
  return defaultThreads().child(url, name, options);
}

/** The pool that tasks run on where no other is named. */
export function defaultThreads(): Pool {
  shared ??= new Pool(defaultOptions);
  return shared;
}

let defaultOptions: PoolOptions | undefined;

/** Sets the default pool's options. Throws where there is one already. */
export function configureDefaultThreads(options: PoolOptions): void {
  if (shared !== undefined) {
    throw new Error(
      "configure the default threads: they are in use already; do it before the first task, where the program starts",
    );
  }
  // It throws where they contradict each other.
  new Pool(options);
  defaultOptions = options;
}

/** The pool of the task for which the present code runs; outside of tasks the default one. */
export function currentThreads(): Pool {
  const task = currentTask();
  return (task?.pool as Pool | undefined) ?? defaultThreads();
}
