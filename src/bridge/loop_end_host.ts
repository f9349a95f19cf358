/**
 * The thread that a loop end belongs to, as the loop end sees it.
 *
 * @module
 */

import type { Task } from "./task.ts";

/** What the loop end asks of the thread that it belongs to. */
export interface LoopEndHost {
  /** The namespace of an async module, once it is loaded. */
  loadedModule(url: string): object | undefined;
  loadModule(url: string): Promise<object>;
  /** A function that runs a task of this one's, for blocking code that starts tasks. */
  childTask(url: string, name: string, options: object): (...args: unknown[]) => Promise<unknown>;
  /** Calls `serve`, now or soon. */
  serveFrom(serve: () => void): void;
  onLoaded(task: Task): void;
  /** The blocking module could not be loaded, because of `error`. */
  onLoadFailed(task: Task, error: unknown): void;
  /** The thread has nothing more to do with the task. */
  onDone(task: Task): void;
}
