/**
 * Where a connection leads and how: what the URL, the options, the environment and the user's files say, taken together.
 *
 * @module
 */

import { parseConnectionUrl, writeAddress } from "../base/connection_url.ts";
import { ConnectionError } from "../base/errors.ts";
import type { PoolSettings } from "../base/options.ts";
import { passwordFromFile, systemUser, variable, withDefaults } from "./environment.ts";
import type { ServerAddress } from "./socket.ts";
import { type TlsMode, tlsMode } from "./tls.ts";

/** Which session is wanted, where several hosts are named. */
export type SessionKind = "any" | "read-write" | "read-only" | "primary" | "standby";

/** A host to try. */
export interface Attempt {
  readonly address: ServerAddress;
  /** The same for messages. */
  readonly shown: string;
  readonly session: SessionKind;
  readonly password: string;
}

export interface ConnectionTarget {
  /** The hosts to try, one after the other. */
  readonly attempts: readonly Attempt[];
  readonly user: string;
  readonly database: string;
  /** What the server is told when the connection begins. */
  readonly startup: Readonly<Record<string, string>>;
  readonly tls: TlsMode | undefined;
  /** How long each host may take, in milliseconds. */
  readonly timeout: number;
  /** After how many milliseconds of silence TCP asks whether the server is there; `undefined` for never. */
  readonly keepAlive: number | undefined;
}

/** How long a host may take, in milliseconds, where nobody says. */
const CONNECT_TIMEOUT = 10_000;

/** After how many seconds of silence TCP asks, where nobody says. */
const KEEPALIVES_IDLE = 60;

/**
 * Finds out where a connection leads and how.
 *
 * @throws {ConnectionError} When the environment or a file says something that there is not, or cannot be read.
 */
export function targetOf(settings: PoolSettings): ConnectionTarget {
  const found = withDefaults(parseConnectionUrl(settings.url));
  const user = found.user || systemUser();
  if (user === undefined) {
    throw new ConnectionError("connect to Postgres: nobody says which user; write it into the URL");
  }
  const database = found.dbname || user;
  const passwordOf = ({ host, port, path }: ServerAddress): string =>
    found.password ??
    passwordFromFile(found.passfile, {
      host: path === undefined ? host : "localhost",
      port,
      database,
      user,
    }) ??
    "";
  const addresses = addressesOf(found);
  const attempts = sessionsOf(found.target_session_attrs).flatMap((session) =>
    addresses.map((address) => ({
      address,
      shown: writeAddress(address.host, address.port),
      session,
      password: passwordOf(address),
    })),
  );
  const idle = Number(found.keepalives_idle || 0) || KEEPALIVES_IDLE;
  return {
    attempts,
    user,
    database,
    startup: startupParameters(settings, found),
    tls: tlsMode(settings.ssl, found),
    timeout: settings.connectTimeout ?? timeoutOf(found.connect_timeout),
    keepAlive: found.keepalives === "0" ? undefined : idle * 1000,
  };
}

function addressesOf(found: Readonly<Record<string, string>>): ServerAddress[] {
  const hosts = (found.host ?? "").split(",");
  const numeric = (found.hostaddr ?? "").split(",");
  const ports = (found.port ?? "").split(",");
  const count = Math.max(hosts.length, numeric.length);
  if (
    (ports.length > 1 && ports.length !== count) ||
    (found.host && found.hostaddr && hosts.length !== numeric.length)
  ) {
    throw new ConnectionError(
      `connect to Postgres: there are ${count} hosts and ${ports.length} ports; give each host one, or one for all`,
    );
  }
  const addresses = Array.from({ length: count }, (_, i): ServerAddress => {
    const port = Number(ports[ports.length === 1 ? 0 : i] || 5432);
    if (!(Number.isInteger(port) && port > 0 && port < 65_536)) {
      throw new ConnectionError("connect to Postgres: a port is no number from 1 to 65535; correct it");
    }
    const host = hosts[i] || numeric[i] || "localhost";
    if (host.startsWith("/")) return { host, port, path: `${host}/.s.PGSQL.${port}` };
    return numeric[i] ? { host, port, numeric: numeric[i] } : { host, port };
  });
  return found.load_balance_hosts === "random" ? shuffled(addresses) : addresses;
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

function sessionsOf(wanted: string | undefined): SessionKind[] {
  if (wanted === "prefer-standby") return ["standby", "any"];
  return [(wanted || "any") as SessionKind];
}

/** In seconds; zero, and what is less, is to wait for ever. */
function timeoutOf(seconds: string | undefined): number {
  if (seconds === undefined || seconds === "") return CONNECT_TIMEOUT;
  const time = Number(seconds);
  if (!Number.isInteger(time)) {
    throw new ConnectionError("connect to Postgres: connect_timeout is no number of seconds; correct it");
  }
  return time <= 0 ? 2 ** 31 - 1 : time * 1000;
}

/** Settings of a session that libpq takes from the environment alone. Not PGDATESTYLE: points in time are read in one form. */
const SESSION_VARIABLES = { TimeZone: "PGTZ", geqo: "PGGEQO" } as const;

function startupParameters(
  { statementTimeout, applicationName, prepare }: PoolSettings,
  found: Readonly<Record<string, string>>,
): Record<string, string> {
  const parameters: Record<string, string> = {
    // The form that points in time are read in where they come as text.
    DateStyle: "ISO",
    application_name:
      applicationName ?? (found.application_name || found.fallback_application_name || "awaitlet"),
  };
  for (const [name, named] of Object.entries(SESSION_VARIABLES)) {
    const value = variable(named);
    if (value !== undefined) parameters[name] = value;
  }
  if (found.options) parameters.options = found.options;
  // A pooler refuses it, as it gives a session to several clients. There it is asked to cancel what takes too long.
  if (statementTimeout > 0 && prepare) parameters.statement_timeout = String(statementTimeout);
  return parameters;
}
