/**
 * What goes wrong between here and the server.
 *
 * @module
 */

import { registerError } from "../../../mod.ts";
import { databaseError } from "./database_errors.ts";

/** There is no connection to the server: it could not be made, or it was lost. */
export class ConnectionError extends Error {
  /** The class's name, the same on all threads. */
  override readonly name: string = "ConnectionError";
  /** The server's, the system's or the driver's code: `28P01`, `ECONNREFUSED`, `CONNECT_TIMEOUT`, … */
  readonly code: string | undefined;

  /** Makes the error; programs seldom do. */
  constructor(message: string, options: ErrorOptions & { code?: string | undefined } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = options.code;
  }
}
registerError(ConnectionError, "ConnectionError");

/** No connection of the pool became free in time. */
export class PoolTimeout extends ConnectionError {
  /** The class's name, the same on all threads. */
  override readonly name: string = "PoolTimeout";
}
registerError(PoolTimeout, "PoolTimeout");

/** Says that an engine takes no more work. */
export function engineClosed(address: string): ConnectionError {
  const message = `use an engine: that of Postgres at ${address} was closed; create another one, or close it later`;
  return new ConnectionError(message, { code: "ENGINE_CLOSED" });
}

/** Says that an engine was closed while somebody waited for a connection. */
export function closedByForce(address: string): ConnectionError {
  const message = `connect to Postgres at ${address}: its engine was closed by force; create another one`;
  return new ConnectionError(message, { code: "ENGINE_CLOSED" });
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
 * @param session Which kind of session was asked for.
 * @returns The error to throw.
 */
export function explainConnectFailure(error: unknown, address: string, session = "any"): ConnectionError {
  if (error instanceof ConnectionError) return error;
  // So the driver ends a session that is none of the kind that was asked for.
  if (session !== "any" && (error as { code?: string }).code === "CONNECTION_DESTROYED") {
    const message = `connect to Postgres at ${address}: its session is not ${session}, as target_session_attrs asks for; name another host`;
    return new ConnectionError(message, { code: "SESSION_KIND" });
  }
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
 * @param reason Why the connection was lost, where that is known.
 * @returns The error to throw: another one comes back as it is.
 */
export function explainQueryFailure(error: unknown, address: string, text: string, reason?: string): unknown {
  const said = (error ?? { code: "CONNECTION_CLOSED" }) as Readonly<Record<string, unknown>>;
  const code = String(said.code);
  if (said.severity !== undefined && said.severity !== "FATAL" && said.severity !== "PANIC") {
    return databaseError(isSeveral(said) ? { ...said, message: SEVERAL } : said, text);
  }
  if (said.severity === undefined && !LOST.includes(code)) return error;
  // With a FATAL error the server ends the connection, and says why.
  const told = said.severity === undefined ? reason : said.message;
  const why = told === undefined ? "" : ` (${told})`;
  const message = `run a query: the connection to Postgres at ${address} was lost${why}, and with it the transaction; connect again`;
  return new ConnectionError(message, { code });
}

const SEVERAL =
  "run a query: there are several statements in the text; run each by itself, or all together by script()";

/** Whether the server has refused several statements in one text: it says so in its own language. */
function isSeveral({ code, routine }: Readonly<Record<string, unknown>>): boolean {
  return code === "42601" && routine === "exec_parse_message";
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

/** What the use of a connection that is none any more throws. */
export function givenBack(): Error {
  return new Error("use a connection: it was given back to the pool; take a new one with engine.connect()");
}
