/**
 * The benchmarks by name. Each is loaded only where it runs.
 *
 * @module
 */

import type { Case } from "../figure.ts";

export const cases: Readonly<Record<string, () => Promise<Case>>> = {
  roundtrip: async () => (await import("./roundtrip.ts")).roundtrip,
  "roundtrip-sync": async () => (await import("./roundtrip.ts")).roundtripSync,
  rows: async () => (await import("./payloads.ts")).rows,
  bytes: async () => (await import("./payloads.ts")).bytes,
  gather: async () => (await import("./payloads.ts")).gather,
  dispatch: async () => (await import("./dispatch.ts")).dispatch,
};
