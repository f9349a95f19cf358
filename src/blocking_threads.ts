/**
 * Pools of blocking threads of one's own.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "./base/check_options.ts";
import { configureDefaultThreads, defaultThreads } from "./threads/default_pool.ts";
import type { CloseOptions, PoolOptions, PoolStats } from "./threads/options.ts";
import { Pool } from "./threads/pool.ts";

/** The settings of {@linkcode BlockingThreads}. */
export type BlockingThreadsOptions = PoolOptions;

/** How {@linkcode BlockingThreads.close} ends the threads. */
export type BlockingThreadsCloseOptions = CloseOptions;

/** What a pool does at present, from {@linkcode BlockingThreads.stats}. */
export type BlockingThreadsStats = PoolStats;

const OPTIONS: OptionNames<BlockingThreadsOptions> = {
  min: true,
  max: true,
  idleTimeout: true,
  maxQueue: true,
  memoryLimit: true,
  warnNotAwaited: true,
};

const CLOSE_OPTIONS: OptionNames<BlockingThreadsCloseOptions> = { force: true };

let poolOf: (threads: BlockingThreads) => Pool;

/**
 * A pool of blocking threads. There is a default one; another bounds, or keeps apart, what runs on it.
 *
 * @example
 * ```ts
 * import { BlockingThreads } from "awaitlet";
 * import * as assert from "uvu/assert";
 *
 * await using threads = new BlockingThreads({ max: 2, maxQueue: 100 });
 * assert.is(threads.stats().running, 0);
 * // await asyncDef.with({ threads })(logic.callAsyncDbCode, 1, "x");
 * ```
 */
export class BlockingThreads implements AsyncDisposable {
  #pool: Pool;

  static {
    poolOf = (threads) => threads.#pool;
  }

  /**
   * The threads that tasks run on where no others are named.
   *
   * @example
   * ```ts
   * import { BlockingThreads } from "awaitlet";
   *
   * BlockingThreads.configureDefault({ max: 12 });
   * await BlockingThreads.default.warmUp(2); // before the server listens
   * ```
   */
  static get default(): BlockingThreads {
    const threads = new BlockingThreads();
    threads.#pool = defaultThreads();
    return threads;
  }

  /**
   * Sets how the default threads are, where the program starts.
   *
   * @param options As for threads of one's own.
   * @throws {TypeError} when there is no such option. {RangeError} when the bounds contradict each other.
   * @throws {Error} when the default threads are in use already.
   */
  static configureDefault(options: BlockingThreadsOptions): void {
    checkOptions("BlockingThreads.configureDefault()", options, OPTIONS);
    configureDefaultThreads(options);
  }

  /**
   * Makes a pool. Its threads are started when they are first needed.
   *
   * @param options Bounds of the pool. No thread is started yet.
   * @throws {TypeError} when there is no such option.
   * @throws {RangeError} when the bounds contradict each other.
   */
  constructor(options: BlockingThreadsOptions = {}) {
    checkOptions("new BlockingThreads()", options, OPTIONS);
    this.#pool = new Pool(options);
  }

  /**
   * Starts threads ahead of the first tasks, one after the other.
   *
   * @param count How many there are to be, at most `max`. Default 1.
   * @returns A promise that resolves when they could run a task.
   */
  async warmUp(count: number = 1): Promise<void> {
    await this.#pool.warmUp(count);
  }

  /**
   * What the pool does at present.
   *
   * @returns How many threads and tasks there are, in which state.
   */
  stats(): BlockingThreadsStats {
    return this.#pool.stats();
  }

  /**
   * Takes no more tasks, waits for those it has, also in the queue, and then ends the threads. What a task that still runs
   * starts in its turn is run. May be called again, also with `force` while it waits.
   *
   * @param options Whether to end the threads at once instead, as {@linkcode terminate} does.
   * @returns A promise that resolves when all tasks have settled and all threads have ended.
   * @throws {TypeError} when there is no such option.
   * @throws {Error} when a task of these threads waits for this: neither would ever be done.
   *
   * @example
   * ```ts
   * import { BlockingThreads } from "awaitlet";
   *
   * const threads = new BlockingThreads({ max: 2 });
   * // … and where the program ends:
   * await threads.close();
   * ```
   */
  async close(options: BlockingThreadsCloseOptions = {}): Promise<void> {
    checkOptions("BlockingThreads.close()", options, CLOSE_OPTIONS);
    await this.#pool.close(options.force === true);
  }

  /** Ends all threads at once, without waiting for that; their tasks, and those in the queue, reject with `ThreadDied`. */
  terminate(): void {
    this.#pool.terminate();
  }

  /** Does what {@linkcode close} does, at the end of `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

export { poolOf };
