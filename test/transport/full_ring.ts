/** Blocking code that is called more than a ring holds. */

import { asyncModule, awaitlet } from "../../mod.ts";

const async = asyncModule<typeof import("./full_ring_async.ts")>(
  new URL("./full_ring_async.ts", import.meta.url),
);

/** Is called so many times at once, with texts of so many characters; how many characters there were. */
export function called(times: number, size: number): number {
  return awaitlet(async.callTogether((text) => text.length, times, size));
}
