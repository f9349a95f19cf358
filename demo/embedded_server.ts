/**
 * The embedded server. It starts while this module is loaded, and works from its thread's event loop, which turns
 * whenever no task runs there.
 *
 * @module
 */

import { PGlite } from "@electric-sql/pglite";
import { dataDir } from "@electric-sql/pglite-prepopulatedfs";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";

// A cluster that was made before: making one takes several seconds.
const db = await PGlite.create({ loadDataDir: await dataDir() });
// It holds one session, which all connections share. More than one may exist while one makes way for the next.
const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 8 });
await server.start();

/** Where it listens: host and port. */
export function address(): string {
  return server.getServerConn();
}
