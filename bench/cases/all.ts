/**
 * The benchmarks by name. Each is loaded only where it runs.
 *
 * @module
 */

import type { Case } from "../figure.ts";

/** Makes the benchmark; a quick one does less. */
export type MakeCase = (quick: boolean) => Promise<Case>;

export const cases: Readonly<Record<string, MakeCase>> = {
  calls: async () => (await import("./calls.ts")).calls,
  cold: async (quick) => (await import("./cold.ts")).cold(quick),
  processes: async (quick) => (await import("./processes.ts")).processes(quick),
  server: async (quick) => (await import("./server.ts")).server(quick),
  "pg-cold": async (quick) => (await import("./pg_cold.ts")).pgCold(quick),
  roundtrip: async () => (await import("./roundtrip.ts")).roundtrip,
  "roundtrip-sync": async () => (await import("./roundtrip.ts")).roundtripSync,
  rows: async () => (await import("./payloads.ts")).rows,
  entities: async () => (await import("./payloads.ts")).entities,
  bytes: async () => (await import("./payloads.ts")).bytes,
  gather: async () => (await import("./payloads.ts")).gather,
  dispatch: async () => (await import("./dispatch.ts")).dispatch,
  start: async (quick) => (await import("./processes.ts")).start(quick),
  memory: async (quick) => (await import("./processes.ts")).memory(quick),
  fanout: async (quick) => (await import("./fanout.ts")).fanout(quick),
  "pg-point": async () => (await import("./postgres.ts")).point,
  "pg-point-8": async () => (await import("./postgres.ts")).point8,
  "pg-rows": async () => (await import("./postgres.ts")).rows,
  "pg-stream": async (quick) => (await import("./postgres.ts")).stream(quick),
  "pg-peers": async () => (await import("./postgres.ts")).peers,
  cpu: async (quick) => (await import("./cpu.ts")).cpu(quick),
  growth: async (quick) => (await import("./growth.ts")).growth(quick),
  "loop-delay": async (quick) => (await import("./loop_delay.ts")).loopDelay(quick),
};
