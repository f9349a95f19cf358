/**
 * The libraries that make async functions synchronous: the caller parks, a worker's loop runs the function.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import type { Contender } from "../figure.ts";
import { time } from "../timing.ts";

/** A function of the values served, with nothing to be given. */
export type Served = "row" | "rows" | "bytes";

const values = new URL("../served/values.mjs", import.meta.url);

/** What calls a function of the values served through synckit. */
export async function openSynckit(): Promise<(name: Served) => unknown> {
  const { createSyncFn } = await import("synckit");
  const worker = fileURLToPath(new URL("./synckit_worker.mjs", import.meta.url));
  return createSyncFn(worker) as (name: Served) => unknown;
}

/** synckit, calling a function of the values served. */
export function synckit(name: Served): Contender {
  return {
    name: "synckit",
    async open() {
      const call = await openSynckit();
      return (ms) => time(() => call(name), ms);
    },
  };
}

/** make-synchronized, likewise. */
export function makeSynchronized(name: Served): Contender {
  return {
    name: "make-synchronized",
    async open() {
      const { makeModuleSynchronized } = await import("make-synchronized");
      const module = (await makeModuleSynchronized(values)) as Record<Served, () => unknown>;
      const call = module[name];
      return (ms) => time(call, ms);
    },
  };
}
