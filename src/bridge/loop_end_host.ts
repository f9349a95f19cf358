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
  /** The task of that number which the thread has taken from the queue; none where it is over. */
  takenTask(id: number): Task | undefined;
  /** Something has been sent to the thread: wakes it, where it sleeps and may run. */
  readonly publish: () => void;
  /** The event loop stands still for the thread until that is said to be over: what is sent meanwhile is read whoever else runs. */
  setAwaited(isAwaited: boolean): void;
  /** The thread has taken the task `id`, and asks for what did not fit into the queue. */
  onFetch(id: number): void;
  /** The thread loads the module `url` for a task. */
  onLoading(task: Task, url: string): void;
  /** The thread has loaded the module `url`; it is empty where that failed, and the thread goes on. */
  onLoaded(url: string): void;
  /** The blocking module could not be loaded, because of `error`. */
  onLoadFailed(task: Task, error: unknown): void;
  /** The thread has nothing more to do with the task. */
  onDone(task: Task): void;
}
