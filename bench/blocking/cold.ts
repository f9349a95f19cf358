/**
 * The first round trips of a thread.
 *
 * @module
 */

import { asyncModule, awaitlet } from "../../mod.ts";

const values = asyncModule<typeof import("../served/values.mjs")>(
  new URL("../served/values.mjs", import.meta.url),
);

/** What so many round trips take, the first ones of this thread, in milliseconds. */
export function first(count: number): number {
  const from = performance.now();
  for (let i = 0; i < count; i++) awaitlet(values.row());
  return performance.now() - from;
}
