/**
 * A connection that the server is ready on.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";

/** What carries the bytes: a socket of the network, or something like it. */
export interface ByteStream extends Duplex {
  ref(): unknown;
  unref(): unknown;
}

export interface StartedConnection {
  /** Where it leads, for messages. */
  readonly address: string;
  readonly socket: ByteStream;
  /** Whether other connections have the same session. */
  readonly sharesSession?: boolean;
  /** Has `onData` take what the server sends from now on. */
  listen(onData: (bytes: Buffer) => void): void;
  /** Asks the server, on a connection of its own, to cancel what it runs on this one. */
  cancel(): Promise<void>;
}
