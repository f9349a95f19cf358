/**
 * Sockets to a server: TCP or a file, with TLS or without.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { SPEAKS_TLS } from "./codes.ts";
import type { TlsMode } from "./tls.ts";

/** Where a server listens. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** The numeric address to connect to, where it is not to be looked up by the host's name. */
  readonly numeric?: string;
  /** The socket's file, where it is none of TCP. */
  readonly path?: string;
}

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const CANCEL_REQUEST = Buffer.from([0, 0, 0, 16, 4, 210, 22, 46]);

/**
 * Connects.
 *
 * @param place Where to.
 * @param tls Whether and how to speak TLS.
 * @param onSocket Called with each socket at once, so that it can be destroyed while it connects.
 * @returns The socket, ready for the first message.
 */
export async function openSocket(
  { host, port, path, numeric }: ServerAddress,
  tls: TlsMode | undefined,
  onSocket: (socket: Socket) => void,
): Promise<Socket> {
  const socket = path === undefined ? connect({ host: numeric ?? host, port }) : connect({ path });
  onSocket(socket);
  await event(socket, "connect");
  if (path === undefined) socket.setNoDelay(true);
  if (tls === undefined || path !== undefined) return socket;
  if (!tls.isDirect) {
    socket.write(SSL_REQUEST);
    const answer = await event(socket, "data");
    // Refuse plaintext that arrives before the handshake: it would be treated as encrypted data (CVE-2021-23222).
    if (answer.length > 1) {
      socket.destroy();
      throw Object.assign(new Error("somebody added to the server's answer about TLS"), {
        code: "TLS_ANSWER",
      });
    }
    if (answer[0] !== SPEAKS_TLS) {
      if (!tls.isRequired) return socket;
      socket.destroy();
      throw Object.assign(new Error("the server does not speak TLS"), { code: "NO_TLS" });
    }
  }
  const secured = connectTls({
    socket,
    // What the certificate is checked against.
    host,
    ...(isIP(host) || !tls.namesHost ? {} : { servername: host }),
    ...(tls.isDirect ? { ALPNProtocols: ["postgresql"] } : {}),
    ...tls.options,
  });
  onSocket(secured);
  await event(secured, "secureConnect");
  return secured;
}

/**
 * Asks the server to cancel what a connection runs. It answers nothing: what it cancels fails.
 *
 * @param place Where the connection leads to.
 * @param tls How it speaks.
 * @param key What the server gave it for this.
 */
export async function cancel(place: ServerAddress, tls: TlsMode | undefined, key: Uint8Array): Promise<void> {
  const socket = await openSocket(place, tls, () => {});
  socket.end(Buffer.concat([CANCEL_REQUEST, key]));
  // The server hangs up when it has passed it on.
  socket.resume();
  await event(socket, "close");
}

/** The next event of that name; rejects when the socket fails or closes before. */
function event(socket: Socket, name: "connect" | "secureConnect" | "data" | "close"): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      socket.off(name, onEvent).off("error", onError).off("close", onClose);
      act();
    };
    const onEvent = (value: Buffer) => settle(() => resolve(value));
    const onError = (error: Error) => settle(() => reject(error));
    const onClose = () =>
      settle(() => reject(Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" })));
    socket.once(name, onEvent).once("error", onError);
    if (name !== "close") socket.once("close", onClose);
  });
}
