/**
 * What a single call takes, by tinybench. It is the same on all sides: the loop, blocking threads, bare workers.
 *
 * @module
 */

import { Bench } from "tinybench";

/** At least so many calls, however long they take. */
const FEWEST = 3;

function prepare(fn: () => unknown, ms: number, isAsync: boolean): Bench {
  const bench = new Bench({ time: ms, iterations: FEWEST, warmup: false, throws: true });
  return bench.add("call", fn, { async: isAsync });
}

function microseconds(bench: Bench): number {
  const result = bench.tasks[0]?.result;
  if (result?.state !== "completed") throw new Error(`time a call: tinybench says it is ${result?.state}`);
  return result.latency.p50 * 1000;
}

/**
 * Times a function that waits by itself, over and over.
 *
 * @param fn The function.
 * @param ms For how many milliseconds.
 * @returns What a call takes, the median, in microseconds.
 */
export function time(fn: () => unknown, ms: number): number {
  const bench = prepare(fn, ms, false);
  bench.runSync();
  return microseconds(bench);
}

/** Times an async function likewise, one call after the other. */
export async function timeAsync(fn: () => Promise<unknown>, ms: number): Promise<number> {
  const bench = prepare(fn, ms, true);
  await bench.run();
  return microseconds(bench);
}
