/**
 * A Postgres inside this process: PGlite behind a socket, so that the driver itself speaks to it.
 *
 * It runs on a thread of its own, since one of the demo's programs parks the main one.
 *
 * @module
 */

import { asyncDef, BlockingThreads, blockingModule } from "../mod.ts";

/** A running server. */
export interface EmbeddedPostgres {
  readonly url: string;
  stop(): void;
}

const server = blockingModule<typeof import("./embedded_server.ts")>(
  new URL("./embedded_server.ts", import.meta.url),
  { loadTimeout: 60_000 },
);

/**
 * Starts a server with an empty database in memory, on a free port of the loopback address.
 *
 * @returns Its URL, and what stops it.
 */
export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const threads = new BlockingThreads({ min: 1, max: 1 });
  const address = await asyncDef.with({ threads })(server.address);
  return { url: `postgres://postgres@${address}/postgres`, stop: () => threads.terminate() };
}
