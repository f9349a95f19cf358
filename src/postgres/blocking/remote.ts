/**
 * The loop's half, as blocking code sees it: recorded, and awaited there.
 *
 * @module
 */

import { asyncModule } from "../../../mod.ts";

export const loop: typeof import("../loop/remote_api.ts") = asyncModule<
  typeof import("../loop/remote_api.ts")
>(new URL("../loop/remote_api.ts", import.meta.url));
