/**
 * The loop half, as the blocking half sees it: recorded, and awaited there.
 *
 * @module
 */

import { asyncModule } from "../../../mod.ts";

// It has the extension of this very file: `.ts` in the sources, `.js` in what npm gets.
const LOOP_HALF = new URL(
  import.meta.url.endsWith(".ts") ? "./loop_half.ts" : "./loop_half.js",
  import.meta.url,
);

export const loop: typeof import("./loop_half.ts") = asyncModule<typeof import("./loop_half.ts")>(LOOP_HALF);
