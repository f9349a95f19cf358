/**
 * How a pool and a task are set, and what a pool tells of itself.
 *
 * @module
 */

/** The settings of a pool of blocking threads. */
export interface PoolOptions {
  /** How many threads are kept when there is nothing to do. Default 0. They are started when they are first needed. */
  readonly min?: number;
  /**
   * How many threads there may be. Default: the number of cores and 8 more, 32 at most; as many as can compute at once,
   * and 8 that wait meanwhile.
   */
  readonly max?: number;
  /** After how many milliseconds an idle thread beyond `min` is ended. Default 10,000. */
  readonly idleTimeout?: number;
  /** How many tasks may wait for a thread; the next one rejects with `QueueFull`. Default: any number. */
  readonly maxQueue?: number;
  /** The most memory that the heap of one thread may take, in MiB. Default: the runtime's own limit. On Bun it has no effect. */
  readonly memoryLimit?: number;
}

/** What a pool does at present. */
export interface PoolStats {
  /** Threads that wait for a task. */
  readonly idle: number;
  /** Threads that compute. */
  readonly running: number;
  /** Threads that wait for the loop, in an `awaitlet()`. */
  readonly parked: number;
  /** Threads that have yet to load their first module. */
  readonly starting: number;
  /** Tasks that wait for a thread. */
  readonly queued: number;
  /** Tasks that have settled, in the life of the pool. */
  readonly done: number;
  /** For how long threads have been parked, in milliseconds, all together, in the life of the pool. */
  readonly parkedTime: number;
}

/** How a task is run. */
export interface TaskOptions {
  /** Cancels the task: its `awaitlet()` throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** How many milliseconds a cancelled task has to return, until its thread is ended. Default 5,000. */
  readonly grace?: number;
  /** Rejects with `NoAwaitOccurred` when the task returns without having awaited anything. Default `false`. */
  readonly assertAwaitOccurs?: boolean;
}
