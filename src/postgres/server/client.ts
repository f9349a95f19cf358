/**
 * A client of postgres.js with one connection, of which we see the socket.
 *
 * The driver connects and authenticates; queries and COPY are our own exchanges on its socket, so that rows stay as the
 * server sent them until a blocking thread looks at them.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { postgres } from "../../../deps.ts";
import { addressOf, ConnectionError } from "../errors.ts";
import type { PoolSettings } from "../options.ts";
import { Incoming } from "./incoming.ts";
import { Messages } from "./messages.ts";
import { cancel, openSocket, type Place } from "./socket.ts";
import { tlsMode } from "./tls.ts";

export interface Client {
  readonly sql: postgres.Sql;
  /** What comes from the server. */
  readonly incoming: Incoming;
  /** Sends bytes to the server. */
  write(bytes: Uint8Array): void;
  /** Waits until what was written has left. */
  drained(): Promise<void>;
  /** Whether the connection keeps the process alive. */
  keepAlive(alive: boolean): void;
  /** Reads no more from the server, until `resume()`. */
  pause(): void;
  resume(): void;
  /** Asks the server to cancel what it runs for this client. */
  cancel(): Promise<void>;
  /** Breaks the connection off, also while it is made. */
  destroy(): void;
}

/** What the client tells of. */
export interface ClientEvents {
  /** The connection has ended. */
  onClose(): void;
  onNotify(channel: string, payload: string): void;
}

/** Makes a client. It connects when it is first used. */
export async function createClient(settings: PoolSettings, events: ClientEvents): Promise<Client> {
  const { url, connectTimeout } = settings;
  const tls = tlsMode(settings);
  const sockets = new Set<Socket>();
  let place: Place | undefined;
  let socket: Socket | undefined;
  let attempts = 0;
  const postgres = await loadDriver();
  let pass: ((bytes: Buffer) => void) | undefined;
  const incoming = new Incoming(
    (bytes) => pass?.(bytes),
    () => socket?.write(new Messages().copyFail("execute() does not copy").sync().bytes),
  );

  /** Asked for by the driver. It asks again when the server hangs up before it is ready. */
  const open = async ({ host, port, path }: DriverOptions): Promise<Socket> => {
    if (attempts >= host.length) throw Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" });
    const at = attempts++;
    place = placeOf(url, host[at] as string, port[at] as number, path);
    const opened = await openSocket(place, tls, (made) =>
      sockets.add(made.once("close", () => sockets.delete(made))),
    );
    socket = opened;
    const emit = opened.emit.bind(opened) as (...args: unknown[]) => boolean;
    pass = (bytes) => void emit("data", bytes);
    opened.emit = (name: unknown, ...args: unknown[]): boolean => {
      if (name !== "data") return emit(name, ...args);
      incoming.receive(args[0] as Buffer);
      return true;
    };
    return opened;
  };

  try {
    const sql = postgres(url, {
      max: 1,
      ssl: false,
      connect_timeout: connectTimeout / 1000,
      // Between two queries of a transaction the driver takes this connection for idle, and would end it.
      idle_timeout: 0,
      max_lifetime: 0,
      fetch_types: false,
      connection: startupParameters(settings),
      onnotice: () => {},
      onclose: () => events.onClose(),
      // Options that its types do not show.
      ...({ socket: open, onnotify: events.onNotify } as object),
    });
    return {
      sql,
      incoming,
      write: (bytes) => void socket?.write(bytes),
      async drained() {
        // Asked now: it may have drained when nobody waited for it.
        if (socket?.writableNeedDrain) await new Promise((resolve) => socket?.once("drain", resolve));
      },
      keepAlive(alive) {
        if (alive) socket?.ref();
        else socket?.unref();
      },
      pause: () => void socket?.pause(),
      resume: () => void socket?.resume(),
      async cancel() {
        if (place !== undefined && incoming.cancelKey !== undefined)
          await cancel(place, tls, incoming.cancelKey);
      },
      destroy() {
        for (const each of sockets) each.destroy();
      },
    };
  } catch (error) {
    if (!(error instanceof URIError || error instanceof TypeError)) throw error;
    // What it says may repeat a part of the URL.
    throw new ConnectionError(
      `connect to Postgres at ${addressOf(url)}: the URL holds what the driver cannot read; see whether its user and password are percent-encoded`,
    );
  }
}

/** Where a server listens. The driver takes neither an IPv6 address nor a socket's folder from a URL. */
function placeOf(url: string, host: string, port: number, path: string | false): Place {
  const named = decodeURIComponent(new URL(url).hostname);
  if (named.startsWith("/")) return { host, port, path: `${named}/.s.PGSQL.${port}` };
  if (named.startsWith("[")) return { host: named.slice(1, -1), port };
  return { host, port, ...(path === false ? {} : { path }) };
}

/** Loads the driver when it is first used: who only uses the core does not need it, nor does a blocking thread. */
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

/** What the driver hands to what opens its socket: the URL and the environment, as it understands them. */
interface DriverOptions {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path: string | false;
}

function startupParameters({
  url,
  statementTimeout,
  applicationName,
}: PoolSettings): Record<string, string | number> {
  // The form that points in time are read in where they come as text. The URL may say otherwise for each.
  const parameters: Record<string, string | number> = { DateStyle: "ISO" };
  if (statementTimeout > 0) parameters.statement_timeout = statementTimeout;
  const inUrl = new URL(url).searchParams.get("application_name");
  parameters.application_name = applicationName ?? inUrl ?? "awaitlet";
  return parameters;
}
