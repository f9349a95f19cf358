/**
 * URLs of an embedded database: `pglite:` for one in memory, `pglite:./folder` for one in a folder.
 *
 * @module
 */

import { ConnectionError } from "./errors.ts";

const SCHEME = "pglite:";

/** Whether a URL is that of an embedded database. */
export function isEmbedded(url: string): boolean {
  return url.startsWith(SCHEME);
}

/**
 * The folder that an embedded database is in, as the URL has it; empty for one in memory.
 *
 * @throws {ConnectionError} When the URL names something else, such as a host.
 */
export function embeddedFolder(url: string): string {
  const folder = url.slice(SCHEME.length);
  // PGlite would take a word before `//` for a kind of storage. What a URL of a server says behind a `?` the options say.
  if (/^\/\/|^[\w-]+:\/\/|[\0?]/.test(folder)) {
    throw new ConnectionError(
      `open an embedded Postgres: the URL ${url.replaceAll("\0", "\\0")} names no folder; write it as pglite: for a database in memory, or as pglite:./folder`,
    );
  }
  return folder;
}
