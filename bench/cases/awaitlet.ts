/**
 * awaitlet itself, as a contender.
 *
 * @module
 */

import { asyncDef, asyncModule, awaitlet, type BlockingModule, blockingModule, syncDef } from "../../mod.ts";
import type { Contender } from "../figure.ts";
import type { Served } from "../peers/synchronous.ts";
import { time } from "../timing.ts";

/** What blocking code measures of itself. */
export const calls: BlockingModule<typeof import("../blocking/calls.ts")> = blockingModule(
  new URL("../blocking/calls.ts", import.meta.url),
);
const values = asyncModule<typeof import("../served/values.mjs")>(
  new URL("../served/values.mjs", import.meta.url),
);

/** Blocking code on a blocking thread, its async module on this loop. It measures itself. */
export function inAsyncDef(name: Served): Contender {
  return {
    name: "awaitlet",
    open: async () => (ms) => asyncDef(calls.roundTrip, name, ms),
  };
}

/** Blocking code on this very thread, its async module on a companion; a `syncDef()` for each call. */
export function inSyncDef(name: Served): Contender {
  return {
    name: "awaitlet, syncDef",
    open: async () => (ms) => time(() => syncDef(() => awaitlet(values[name]())), ms),
  };
}
