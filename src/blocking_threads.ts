/**
 * Pools of blocking threads of one's own.
 *
 * @module
 */

import type { PoolOptions, PoolStats } from "./threads/options.ts";
import { Pool } from "./threads/pool.ts";

/** The settings of {@linkcode BlockingThreads}. */
export type BlockingThreadsOptions = PoolOptions;

/** What a pool does at present, from {@linkcode BlockingThreads.stats}. */
export type BlockingThreadsStats = PoolStats;

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
  readonly #pool: Pool;

  static {
    poolOf = (threads) => threads.#pool;
  }

  /**
   * @param options Bounds of the pool. No thread is started yet.
   * @throws {RangeError} when the bounds contradict each other.
   */
  constructor(options: BlockingThreadsOptions = {}) {
    this.#pool = new Pool(options);
  }

  /** @returns How many threads and tasks there are, in which state. */
  stats(): BlockingThreadsStats {
    return this.#pool.stats();
  }

  /** Cuts off: ends all threads at once; their tasks, and those in the queue, reject with `ThreadDied`. */
  terminate(): void {
    this.#pool.terminate();
  }

  /** Drains: takes no more tasks, waits for those it has, then ends the threads. `await using` does it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.drain();
  }
}

export { poolOf };
