/**
 * A Postgres inside this process: PGlite behind a socket, so that the driver itself speaks to it.
 *
 * @module
 */

/** A running server. */
export interface EmbeddedPostgres {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a server with an empty database in memory, on a free port of the loopback address.
 *
 * @returns Its URL, and what stops it.
 */
export async function startEmbeddedPostgres(): Promise<EmbeddedPostgres> {
  const { PGlite } = await import("@electric-sql/pglite");
  const { PGLiteSocketServer } = await import("@electric-sql/pglite-socket");
  const db = await PGlite.create();
  // It holds one session, which all connections share. More than one may exist while one makes way for the next.
  const server = new PGLiteSocketServer({ db, host: "127.0.0.1", port: 0, maxConnections: 8 });
  await server.start();
  return {
    url: `postgres://postgres@${server.getServerConn()}/postgres`,
    async stop() {
      await server.stop();
      await db.close();
    },
  };
}
