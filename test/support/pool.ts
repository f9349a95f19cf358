import * as assert from "uvu/assert";
import {
  type AsyncDef,
  type AsyncDefOptions,
  asyncDef,
  BlockingThreads,
  type FromBlockingModule,
} from "../../mod.ts";
import { poolOf } from "../../src/blocking_threads.ts";
import type { PoolOptions } from "../../src/threads/options.ts";
import type { Pool } from "../../src/threads/pool.ts";
import { within } from "./within.ts";

/** A pool of a test's own. */
export interface TestPool {
  readonly threads: BlockingThreads;
  readonly pool: Pool;
  /** `asyncDef` on it. */
  readonly on: AsyncDef;
  /** `asyncDef.with()` on it. */
  with(options: AsyncDefOptions): AsyncDef;
}

/** `asyncDef` whose promises count as handled: those of a test that fails are terminated, and nobody waits for them. */
function handled(def: AsyncDef): AsyncDef {
  return ((fn: (() => unknown) & FromBlockingModule, ...args: []) => {
    const result = def(fn, ...args);
    if (result instanceof Promise) result.catch(() => {});
    return result;
  }) as AsyncDef;
}

/** Runs a test with a pool of its own, then asserts that the pool holds nothing, and ends it. */
export async function withPool(options: PoolOptions, use: (pool: TestPool) => Promise<void>): Promise<void> {
  const threads = new BlockingThreads(options);
  const pool = poolOf(threads);
  const on = handled(asyncDef.with({ threads }));
  try {
    await use({ threads, pool, on, with: (more) => handled(asyncDef.with({ threads, ...more })) });
    // A task that another has started may outlive it a little.
    await until(() => pool.held.tasks === 0, "all tasks have ended");
    assert.equal(pool.held, { tasks: 0, references: 0, calls: 0 }, "nothing is held");
    await within(threads[Symbol.asyncDispose]());
    const { idle, running, parked, starting, queued } = threads.stats();
    assert.equal([idle, running, parked, starting, queued], [0, 0, 0, 0, 0], "no thread is left");
  } finally {
    threads.terminate();
  }
}

/** Waits, a few milliseconds at a time, until `condition` holds. */
export async function until(condition: () => boolean, what: string, seconds = 15): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`it was not so after ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
