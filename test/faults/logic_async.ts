/** The async side of the fault matrix. It lives on the loop thread. */

import { asyncDef, type BlockingThreads, blockingModule } from "../../mod.ts";
import type { Act } from "./logic.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));

/** Where a task has arrived. */
export interface Place {
  /** The threads that it runs on. */
  threads: BlockingThreads | undefined;
  /** When blocking code has said that it is in its state; `undefined` before. */
  at: number | undefined;
  /** Lets it go on. */
  release: () => void;
}

export const place: Place = { threads: undefined, at: undefined, release: () => {} };

export async function mark(): Promise<void> {
  place.at = performance.now();
}

/** Stays until it is let go. */
export function stay(): Promise<void> {
  place.at = performance.now();
  return new Promise((resolve) => {
    place.release = resolve;
  });
}

export async function works(): Promise<string> {
  return "works";
}

export async function throws(): Promise<never> {
  place.at = performance.now();
  throw new Error("its own");
}

export async function overflows(): Promise<number> {
  place.at = performance.now();
  const deeper = (n: number): number => deeper(n + 1) + 1;
  return deeper(0);
}

export async function call(fn: () => void): Promise<void> {
  await fn();
}

export async function* numbers(): AsyncGenerator<number, void, undefined> {
  for (let i = 0; ; i++) yield i;
}

/** A task of the task's own. */
export async function nest(act: Act): Promise<void> {
  const { threads } = place;
  await asyncDef.with(threads ? { threads } : {})(logic.runs, act);
}
