/**
 * Makes connections to embedded databases: without a server, and without a socket of the network.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { ConnectionError } from "../base/errors.ts";
import type { PoolSettings } from "../base/options.ts";
import { READY_FOR_QUERY } from "./codes.ts";
import { useDatabase } from "./embedded_database.ts";
import { EmbeddedSocket } from "./embedded_socket.ts";
import { MessageWriter } from "./message_writer.ts";
import type { StartedConnection } from "./started_connection.ts";

/** PGlite has one user and one database. */
const STARTUP = startupPacket("user\0postgres\0database\0postgres\0\0");

/** The length of ReadyForQuery. */
const READY = 6;

/**
 * Connects an engine to an embedded database.
 *
 * @throws {ConnectionError} When it cannot be opened.
 */
export async function startEmbedded(settings: PoolSettings): Promise<StartedConnection> {
  const socket = new EmbeddedSocket(await useDatabase(settings.url), settings.poolTimeout);
  const name = (settings.applicationName ?? "awaitlet").replaceAll("'", "''");
  await ask(socket, STARTUP, settings.url);
  await ask(socket, new MessageWriter().query(`set application_name = '${name}'`).bytes, settings.url);
  return {
    address: settings.url,
    socket,
    sharesSession: true,
    listen(onData) {
      socket.on("data", onData).resume();
    },
    async cancel() {
      socket.cancel();
    },
  };
}

/** Sends something, and waits until it is answered. */
function ask(socket: EmbeddedSocket, bytes: Uint8Array, url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.off("data", onData).off("error", onError).off("close", onClose).pause();
      act();
    };
    const onData = (said: Buffer) => {
      if (said[said.length - READY] === READY_FOR_QUERY) settle(resolve);
    };
    const onError = (cause: unknown) => settle(() => reject(failed(url, cause)));
    const onClose = () => settle(() => reject(failed(url, undefined)));
    socket.on("data", onData).on("error", onError).on("close", onClose);
    socket.resume();
    socket.write(bytes);
  });
}

function failed(url: string, cause: unknown): ConnectionError {
  const why = cause === undefined ? "its one session is in use" : (cause as Error).message;
  return new ConnectionError(
    `connect to Postgres at ${url}: ${why}; end the transaction that another connection has open, or open the database anew`,
    { cause },
  );
}

function startupPacket(parameters: string): Buffer {
  const packet = Buffer.alloc(8 + parameters.length);
  packet.writeInt32BE(packet.length, 0);
  packet.writeInt32BE(3 << 16, 4);
  packet.write(parameters, 8, "latin1");
  return packet;
}
