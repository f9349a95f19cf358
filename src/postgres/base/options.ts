/**
 * The settings of an engine.
 *
 * @module
 */

import { checkOptions, type OptionNames } from "../../base/check_options.ts";
import { type CustomType, CustomTypes } from "../types/custom_types.ts";
import { parseConnectionUrl } from "./connection_url.ts";
import type { EchoLogger } from "./echo.ts";
import { embeddedFolder, isEmbedded } from "./embedded_url.ts";

/** What TLS needs to know, as `node:tls` has it. */
export interface TlsOptions {
  /** The certificates of the authorities to trust, in PEM format. */
  readonly ca?: string | readonly string[];
  /** The client's certificate, in PEM format. */
  readonly cert?: string;
  /** Its private key, in PEM format. */
  readonly key?: string;
  /** What the private key is encrypted with. */
  readonly passphrase?: string;
  /** Whether to refuse a server whose certificate nobody vouches for. Default `true`. */
  readonly rejectUnauthorized?: boolean;
  /** The host name to ask for, and to check the certificate against. Default the one in the URL. */
  readonly servername?: string;
}

/** What `createEngine()` and `createAsyncEngine()` take. */
export interface EngineOptions {
  /** Shows each statement, and apart from it the values: on stderr, or to the function given. Default `false`. */
  readonly echo?: boolean | EchoLogger;
  /** How many connections there may be. Default 10; an embedded database has one. */
  readonly poolSize?: number;
  /** How many milliseconds to wait for a connection while all are in use. Default 30,000. */
  readonly poolTimeout?: number;
  /** How many milliseconds making a connection may take, for each host. Default what the URL says, else 10,000. */
  readonly connectTimeout?: number;
  /** After how many milliseconds the server gives up a statement. Default 0: what the server is set to. */
  readonly statementTimeout?: number;
  /**
   * Whether the server keeps the statements that were run before. Default `true`. With `false` the text of each goes along
   * every time, as PgBouncer needs it that gives a session away after each transaction.
   */
  readonly prepare?: boolean;
  /**
   * What becomes of settings, temporary tables and the like when a connection is given back. Default `"discard"`: the next
   * one has a session as new. With `"none"` they stay, for whoever has the connection next, and no round trip is made for it.
   */
  readonly reset?: "discard" | "none";
  /** What `pg_stat_activity` shows the connections as. Default `"awaitlet"`, or what the URL says. */
  readonly applicationName?: string;
  /**
   * Whether to speak TLS: `"require"` without looking at the server's certificate, `"prefer"` where the server can,
   * `"verify-full"` or options with a look at it. Default what `sslmode` in the URL says, else `false`.
   */
  readonly ssl?: boolean | "require" | "allow" | "prefer" | "verify-full" | TlsOptions;
  /** How further types are written and read, by names of one's own. */
  readonly types?: Readonly<Record<string, CustomType>>;
}

/** What the connections of a pool have in common. Plain data, as it crosses between threads; times are in milliseconds. */
export interface PoolSettings {
  readonly url: string;
  readonly poolSize: number;
  readonly poolTimeout: number;
  /** Where it is not said here, the URL or the environment may say it. */
  readonly connectTimeout: number | undefined;
  readonly statementTimeout: number;
  readonly prepare: boolean;
  readonly reset: "discard" | "none";
  readonly applicationName: string | undefined;
  readonly ssl: EngineOptions["ssl"];
  /** The types that are read as text, by those of the caller's own. */
  readonly textTypes: readonly number[];
}

/** All settings. */
export interface EngineSettings {
  readonly pool: PoolSettings;
  readonly echo: boolean | EchoLogger;
  readonly types: CustomTypes;
  /** The number of the engine, by which it is known where it is closed. No two on any thread have the same. */
  readonly engine: number;
}

/** How an engine is closed. */
export interface EngineCloseOptions {
  /** Whether to break off what runs. Default `false`: to wait for it. */
  readonly force?: boolean;
}

/**
 * Completes the options with their defaults.
 *
 * @throws {ConnectionError} When the URL is none of Postgres.
 * @throws {TypeError} When there is no such option.
 * @throws {RangeError} When the pool has no room for a connection, or a time is no number of milliseconds.
 */
export function settingsOf(url: string, options: EngineOptions): EngineSettings {
  checkNames(options);
  const embedded = isEmbedded(url);
  if (embedded) embeddedFolder(url);
  else parseConnectionUrl(url);
  const { poolSize = 10, applicationName, ssl, echo = false, types = {}, reset = "discard" } = options;
  if (applicationName?.includes("\0")) {
    throw new TypeError("create an engine: applicationName holds a NUL character; leave it out");
  }
  if (applicationName?.isWellFormed() === false) {
    throw new TypeError(
      "create an engine: applicationName holds half of a surrogate pair, which is no text in UTF-8; give whole characters",
    );
  }
  if (reset !== "discard" && reset !== "none") {
    throw new RangeError(`create an engine: reset is ${JSON.stringify(reset)}; use "discard" or "none"`);
  }
  if (!(Number.isInteger(poolSize) && poolSize >= 1)) {
    throw new RangeError(
      `create an engine: poolSize is ${poolSize}; it must be a whole number of at least 1`,
    );
  }
  const pool: PoolSettings = {
    url,
    poolSize: embedded ? 1 : poolSize,
    poolTimeout: milliseconds("poolTimeout", options.poolTimeout, 30_000),
    connectTimeout:
      options.connectTimeout === undefined
        ? undefined
        : milliseconds("connectTimeout", options.connectTimeout, 0),
    statementTimeout: milliseconds("statementTimeout", options.statementTimeout, 0),
    prepare: options.prepare ?? true,
    reset,
    applicationName,
    ssl,
    textTypes: Object.values(types).flatMap(({ from }) => from),
  };
  const engine = Math.floor(Math.random() * Number.MAX_SAFE_INTEGER);
  return { pool, echo, types: new CustomTypes(Object.values(types)), engine };
}

const NAMES: OptionNames<EngineOptions> = {
  applicationName: true,
  connectTimeout: true,
  echo: true,
  poolSize: true,
  poolTimeout: true,
  prepare: true,
  reset: true,
  ssl: true,
  statementTimeout: true,
  types: true,
};

const TLS_NAMES: OptionNames<TlsOptions> = {
  ca: true,
  cert: true,
  key: true,
  passphrase: true,
  rejectUnauthorized: true,
  servername: true,
};

const TYPE_NAMES: OptionNames<CustomType> = { from: true, parse: true, serialize: true, to: true };

/** @throws {TypeError} When there is an option that does not exist. */
function checkNames(options: EngineOptions): void {
  checkOptions("create an engine", options, NAMES);
  const { ssl, types = {} } = options;
  if (typeof ssl === "object") checkOptions("create an engine: ssl", ssl, TLS_NAMES);
  for (const [name, type] of Object.entries(types)) {
    checkOptions(`create an engine: the type "${name}"`, type, TYPE_NAMES);
  }
}

const CLOSE_NAMES: OptionNames<EngineCloseOptions> = { force: true };

/** Whether an engine is to be closed by force. @throws {TypeError} When there is an option that does not exist. */
export function closesByForce(caller: string, options: EngineCloseOptions): boolean {
  checkOptions(caller, options, CLOSE_NAMES);
  return options.force === true;
}

/** The longest that a timer waits, and the server too. */
const LONGEST = 2 ** 31 - 1;

function milliseconds(name: string, value: number | undefined, otherwise: number): number {
  const time = value ?? otherwise;
  if (!(time >= 0 && time <= LONGEST)) {
    throw new RangeError(
      `create an engine: ${name} is ${time}; it must be a number of milliseconds from 0 to ${LONGEST}`,
    );
  }
  return time;
}
