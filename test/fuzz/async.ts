/** The async side of the fuzz. */

import { asyncDef, type BlockingThreads, blockingModule } from "../../mod.ts";
import { arrivedAs } from "./codec.ts";
import { GraphMaker } from "./graphs.ts";
import type { Program } from "./programs.ts";
import { Chance } from "./random.ts";
import { makeThing, makeThings, type Thing } from "./things.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));

/** The threads of the case. */
export const pool: { threads: BlockingThreads | undefined } = { threads: undefined };

/** What differs between what blocking code gave and the graph of that seed. */
export async function takes(arrived: unknown, seed: number): Promise<string> {
  const { expected, mayFail } = new GraphMaker(new Chance(seed)).make();
  return arrivedAs(expected, arrived, mayFail);
}

/** In an array: of the value alone the promise itself would read whether it has a `then`. */
export async function gives(seed: number): Promise<[unknown]> {
  return [new GraphMaker(new Chance(seed)).make().value];
}

export async function thing(seed: number): Promise<Thing> {
  return makeThing(new Chance(seed));
}

export async function things(seed: number): Promise<Thing[]> {
  return makeThings(new Chance(seed));
}

export function later(value: number): Promise<number> {
  return new Promise((resolve) => {
    if (value % 3 === 0) resolve(value);
    else if (value % 3 === 1) queueMicrotask(() => resolve(value));
    else setTimeout(() => resolve(value), value % 5);
  });
}

export async function fails(value: number): Promise<never> {
  throw new RangeError(`failed ${value}`);
}

export async function call(fn: () => number): Promise<number> {
  await later(2);
  return await fn();
}

export async function nest(program: Program): Promise<number> {
  const { threads } = pool;
  return await asyncDef.with(threads ? { threads } : {})(logic.evaluate, program);
}

export async function* upTo(count: number): AsyncGenerator<number, void, undefined> {
  for (let i = 0; i < count; i++) yield await later(i);
}
