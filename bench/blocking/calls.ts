/**
 * What blocking code measures of itself.
 *
 * @module
 */

import { asyncModule, awaitlet, transfer } from "../../mod.ts";
import { time } from "../timing.ts";

const values = asyncModule<typeof import("../served/values.mjs")>(
  new URL("../served/values.mjs", import.meta.url),
);
const moved = asyncModule<typeof import("../served/moved.ts")>(
  new URL("../served/moved.ts", import.meta.url),
);

/** What a call of one of the values served takes, in microseconds. */
export function roundTrip(name: "row" | "rows" | "bytes", ms: number): number {
  return time(() => awaitlet(values[name]()), ms);
}

/** What it takes to be given 64 MiB by transfer, in microseconds; giving them back is not counted. */
export function transferred(ms: number): number {
  return time(() => {
    const from = performance.now();
    const bytes = awaitlet(moved.give());
    const overriddenDuration = performance.now() - from;
    awaitlet(moved.takeBack(transfer(bytes, [bytes.buffer])));
    return { overriddenDuration };
  }, ms);
}

/** What it takes to await so many expressions at once, in microseconds. */
export function gathered(count: number, ms: number): number {
  return time(() => awaitlet(Array.from({ length: count }, () => values.row())), ms);
}

/** Returns at once. */
export function nothing(): void {}
