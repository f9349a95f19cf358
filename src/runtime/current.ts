/**
 * The one place that asks which runtime this is.
 *
 * @module
 */

import { bun } from "./bun.ts";
import { deno } from "./deno.ts";
import { node } from "./node.ts";
import type { Runtime } from "./types.ts";

/** The runtime that this thread runs on. */
export const runtime: Runtime = "Deno" in globalThis ? deno : "Bun" in globalThis ? bun : node;
