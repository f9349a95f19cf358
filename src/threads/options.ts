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
   * How many threads there may be. Default: four for each core, at least 8 and at most 31; one computes while the others wait
   * for the loop.
   */
  readonly max?: number;
  /** After how many milliseconds an idle thread beyond `min` is ended, twice as many at the latest. Default 300,000. */
  readonly idleTimeout?: number;
  /** How many tasks may wait for a thread; the next one rejects with `QueueFull`. Default: any number. */
  readonly maxQueue?: number;
  /** The most memory that the heap of one thread may take, in MiB. Default: the runtime's own limit. On Bun it has no effect. */
  readonly memoryLimit?: number;
  /** Whether to warn when a task records a call, of an async module or what that gave, and never awaits it. Default `true`. */
  readonly warnNotAwaited?: boolean;
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
  /**
   * After how many milliseconds the task is cancelled, with a `TimeoutError`, the time that it waits for a thread included.
   * Default: never.
   */
  readonly timeout?: number;
  /** How many milliseconds a cancelled task has to return, until its thread is ended. Default 5,000. */
  readonly grace?: number;
  /** Rejects with `NoAwaitOccurred` when the task returns without having awaited anything. Default `false`. */
  readonly assertAwaitOccurs?: boolean;
  /** Whether to warn, once for each place, of a call that the task has recorded and not awaited. Default: as its pool. */
  readonly warnNotAwaited?: boolean;
}

/** How a pool is closed. */
export interface CloseOptions {
  /** Whether to end the threads at once: tasks reject with `ThreadDied`. Default `false`: to wait for the tasks. */
  readonly force?: boolean;
}
