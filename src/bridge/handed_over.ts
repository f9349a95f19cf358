import type { SentBuffers } from "./buffer_changes.ts";
import type { LiveObject } from "./live_object.ts";

/** What blocking code has given to async code, which may change it until the wait ends, or a promise that came of it settles. */
export interface HandedOver {
  /** Those whose originals async code has in its hands. */
  readonly live: readonly LiveObject[];
  readonly buffers: readonly SentBuffers[];
}

export const NOTHING: HandedOver = { live: [], buffers: [] };
