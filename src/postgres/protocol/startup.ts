/**
 * Connects and authenticates, by postgres.js: this file alone uses it. Embedded databases need neither.
 *
 * Once the server is ready, the socket is ours: queries and COPY are our own exchanges on it, so that rows stay as the server
 * sent them until a blocking thread looks at them.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { postgres } from "../../../deps.ts";
import { isEmbedded } from "../base/embedded_url.ts";
import { ConnectionError, explainConnectFailure } from "../base/errors.ts";
import type { PoolSettings } from "../base/options.ts";
import { BACKEND_KEY_DATA } from "./codes.ts";
import { type Attempt, type ConnectionTarget, targetOf } from "./connection_target.ts";
import { isWithin } from "./deadline.ts";
import { startEmbedded } from "./embedded_startup.ts";
import { cancel, openSocket } from "./socket.ts";
import type { StartedConnection } from "./started_connection.ts";

/**
 * Connects to the first of the hosts that lets us.
 *
 * @throws {ConnectionError} When that is not possible in time.
 */
export async function start(settings: PoolSettings): Promise<StartedConnection> {
  if (isEmbedded(settings.url)) return await startEmbedded(settings);
  const target = targetOf(settings);
  let failure: unknown;
  for (const attempt of target.attempts) {
    try {
      return await startAt(target, attempt);
    } catch (error) {
      failure = error;
      if (isFinal(error)) break;
    }
  }
  throw failure;
}

/** Whether the next host is not to be tried: this one is there, and does not let us in. As libpq has it. */
function isFinal(error: unknown): boolean {
  const { code = "" } = error as { code?: string };
  return /^[0-9A-Z]{5}$/.test(code) && /\d/.test(code) && code !== "57P03";
}

async function startAt(target: ConnectionTarget, attempt: Attempt): Promise<StartedConnection> {
  const { address, session, shown } = attempt;
  const { tls } = target;
  const sockets = new Set<Socket>();
  const heard: Buffer[] = [];
  const hear = (bytes: Buffer) => heard.push(bytes);
  let removeDriverListeners = () => {};
  let socket: Socket | undefined;
  let isTried = false;

  /** Asked for by the driver. It asks again when the server hangs up before it is ready. */
  const open = async (): Promise<Socket> => {
    if (isTried) throw Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" });
    isTried = true;
    const opened = await openSocket(address, tls, (made) =>
      sockets.add(made.once("close", () => sockets.delete(made))),
    );
    // The driver's own would be set for a socket that it has made.
    if (target.keepAlive !== undefined) opened.setKeepAlive(true, target.keepAlive);
    opened.on("data", hear);
    removeDriverListeners = recordListeners(opened);
    socket = opened;
    return opened;
  };

  const sql = await createDriver(target, attempt, open);
  try {
    // The driver starts its own clock anew each time that a server hangs up on it, and tries again for ever.
    if (!(await isWithin(target.timeout, sql.unsafe("select 1")))) {
      throw Object.assign(new Error(), { code: "CONNECT_TIMEOUT" });
    }
  } catch (error) {
    for (const each of sockets) each.destroy();
    void sql.end({ timeout: 0 });
    throw explainConnectFailure(error, shown, session);
  }
  // A closure has set it, which the compiler does not follow.
  const ready = socket as unknown as Socket;
  const key = cancelKeyIn(Buffer.concat(heard));
  removeDriverListeners();
  return {
    address: shown,
    socket: ready,
    listen(onData) {
      // In this order: a socket without a listener stops reading on some runtimes.
      ready.on("data", onData).off("data", hear);
    },
    async cancel() {
      if (key !== undefined) await cancel(address, tls, key);
    },
  };
}

/** The events that the driver listens to. */
const DRIVER_EVENTS = ["data", "error", "close", "drain", "connect"] as const;

/** Returns what removes the listeners that are added from now on: the driver then has no part in the socket any more. */
function recordListeners(socket: Socket): () => void {
  const before = new Map(DRIVER_EVENTS.map((name) => [name, socket.listeners(name)]));
  return () => {
    for (const [name, kept] of before) {
      for (const listener of socket.listeners(name)) {
        if (!kept.includes(listener)) socket.off(name, listener as () => void);
      }
    }
  };
}

/** What the server wants to be shown when a statement is to be cancelled. */
function cancelKeyIn(bytes: Buffer): Uint8Array | undefined {
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
    if (bytes[at] === BACKEND_KEY_DATA) return bytes.slice(at + 5, at + 1 + bytes.readUInt32BE(at + 1));
  }
  return undefined;
}

async function createDriver(
  target: ConnectionTarget,
  { address, session, password }: Attempt,
  open: () => Promise<Socket>,
): Promise<postgres.Sql> {
  const postgres = await loadDriver();
  // All that the driver would look up in the environment is said.
  return postgres({
    host: address.host,
    port: address.port,
    user: target.user,
    database: target.database,
    pass: password,
    max: 1,
    ssl: false,
    connect_timeout: target.timeout / 1000,
    idle_timeout: 0,
    max_lifetime: 0,
    fetch_types: false,
    ...(session === "any" ? {} : { target_session_attrs: session }),
    connection: target.startup,
    onnotice: () => {},
    // Options that its types do not show.
    ...({ socket: open, keep_alive: false } as object),
  });
}

/** Loads the driver when it is first used: neither users of the core nor blocking threads need it. */
async function loadDriver(): Promise<typeof postgres> {
  try {
    return (await import("../../../deps.ts")).postgres;
  } catch (cause) {
    throw new ConnectionError(
      'connect to Postgres: the driver cannot be loaded; install the package "postgres", version 3.4.9 or later',
      { cause },
    );
  }
}
