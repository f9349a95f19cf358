/**
 * An embedded database for postgres.js itself.
 *
 * @module
 */

import { useDatabase } from "./embedded_database.ts";
import { EmbeddedSocket } from "./embedded_socket.ts";

/** How many milliseconds a connection waits for its turn, where nobody says. */
const PATIENCE = 30_000;

/**
 * Gives postgres.js what it connects to an embedded database by: `postgres({ socket: () => pgliteSocket("pglite:") })`.
 *
 * @param url `pglite:` for a database in memory, `pglite:./folder` for one in a folder.
 * @returns A `Duplex` of `node:stream`, which takes what a client sends to a server, and gives what the server would answer.
 * @throws {ConnectionError} When it cannot be opened, or another thread or process has it open.
 */
export async function pgliteSocket(url: string): Promise<object> {
  return new EmbeddedSocket(await useDatabase(url), PATIENCE);
}
