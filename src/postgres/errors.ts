/**
 * What goes wrong between here and the server.
 *
 * @module
 */

import { registerError } from "../../mod.ts";
import { databaseError } from "./database_errors.ts";

/** There is no connection to the server: it could not be made, or it was lost. */
export class ConnectionError extends Error {
  override readonly name: string = "ConnectionError";
  /** The server's, the system's or the driver's code: `28P01`, `ECONNREFUSED`, `CONNECT_TIMEOUT`, … */
  readonly code: string | undefined;

  constructor(message: string, options: ErrorOptions & { code?: string | undefined } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
  }
}
registerError(ConnectionError);

/** No connection of the pool became free in time. */
export class PoolTimeout extends ConnectionError {
  override readonly name: string = "PoolTimeout";
}
registerError(PoolTimeout);

const FORM = "postgres://user:password@host:5432/database";

/**
 * Tells where a URL leads, without its password.
 *
 * @param url The URL.
 * @returns The address, for messages.
 * @throws {ConnectionError} When it is no URL of Postgres.
 */
export function addressOf(url: string): string {
  // What the runtime says of a malformed URL repeats it, password and all: neither its message nor its cause may be used.
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined) {
    throw new ConnectionError(`connect to Postgres: the URL is malformed; write it as ${FORM}`);
  }
  if (!["postgres:", "postgresql:"].includes(parsed.protocol)) {
    throw new ConnectionError(
      `connect to Postgres: the URL begins with "${parsed.protocol}"; write it as ${FORM}`,
    );
  }
  return `${decoded(parsed.hostname) || "localhost"}:${parsed.port || "5432"}`;
}

/** A socket's folder is percent-encoded in a URL. */
function decoded(host: string): string {
  return host.startsWith("%2F") || host.startsWith("%2f") ? decodeURIComponent(host) : host;
}

type Failure = readonly [why: string | undefined, remedy: string];

const SILENT: Failure = ["there was no answer in time", "see whether it is Postgres that listens there"];
const HUNG_UP: Failure = ["the server hung up", "see whether it is Postgres that listens there"];

/** What went wrong, where the error does not say it itself, and what to do. */
const CONNECT_FAILURES: Readonly<Record<string, Failure>> = {
  "28000": [undefined, "correct the user in the URL, or the server's pg_hba.conf"],
  "28P01": [undefined, "correct the user and the password in the URL"],
  "3D000": [undefined, "create it, or name another one in the URL"],
  "53300": [undefined, "use a smaller pool, or raise the server's max_connections"],
  "57P03": [undefined, "try again when it is ready"],
  CONNECTION_CLOSED: HUNG_UP,
  CONNECT_TIMEOUT: SILENT,
  ECONNREFUSED: ["the connection was refused", "start Postgres there, or correct the address in the URL"],
  ECONNRESET: HUNG_UP,
  ENOTFOUND: ["there is no host of that name", "correct the host in the URL"],
  EPIPE: HUNG_UP,
  TLS_ANSWER: [undefined, "see who stands between here and the server"],
  NO_TLS: [undefined, "switch that on there, or use ssl: false"],
};

/** A certificate that was refused: each runtime has codes of its own for that. */
const UNTRUSTED: Failure = [
  undefined,
  'give the certificate of its authority as ssl: { ca }, or use ssl: "require" to trust whoever answers',
];

const OTHER: Failure = [undefined, "correct the URL, or what it leads to"];

/**
 * Says why a connection could not be made, and what to do.
 *
 * @param error What the driver gave.
 * @param address Where it was to lead.
 * @returns The error to throw.
 */
export function explainConnectFailure(error: unknown, address: string): ConnectionError {
  if (error instanceof ConnectionError) return error;
  const { code, message } = error as { code?: string; message: string };
  const other = /certificate/i.test(message) ? UNTRUSTED : OTHER;
  const [why = message || code, remedy] = CONNECT_FAILURES[code ?? ""] ?? other;
  return new ConnectionError(`connect to Postgres at ${address}: ${why}; ${remedy}`, { code, cause: error });
}

/** SQLSTATE's transaction_resolution_unknown. */
const UNKNOWN_OUTCOME = "08007";

const LOST = ["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED", "ECONNRESET", "EPIPE"];

/**
 * Says why a statement failed: because the server refused it, or the connection was lost.
 *
 * @param error What the driver gave; `undefined` when the connection was lost before.
 * @param address Where it led.
 * @param text The statement.
 * @returns The error to throw: another one comes back as it is.
 */
export function explainQueryFailure(error: unknown, address: string, text: string): unknown {
  const said = (error ?? { code: "CONNECTION_CLOSED" }) as Readonly<Record<string, unknown>>;
  const code = String(said.code);
  if (said.severity !== undefined && said.severity !== "FATAL" && said.severity !== "PANIC") {
    return databaseError(said, text);
  }
  if (said.severity === undefined && !LOST.includes(code)) return error;
  // With a FATAL error the server ends the connection, and says why.
  const why = said.severity === undefined ? "" : ` (${said.message})`;
  const message = `run a query: the connection to Postgres at ${address} was lost${why}, and with it the transaction; connect again`;
  return new ConnectionError(message, { code });
}

/**
 * Says that the connection was lost between a COMMIT and the answer to it.
 *
 * @param address Where it led.
 * @param cause How that was noticed.
 */
export function commitUnknown(address: string, cause: ConnectionError): ConnectionError {
  const message = `commit a transaction: the connection to Postgres at ${address} was lost before the server had answered, so it may be committed or not; look for what it wrote before you run it again`;
  return new ConnectionError(message, { code: UNKNOWN_OUTCOME, cause });
}
