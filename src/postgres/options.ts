/**
 * The settings of an engine.
 *
 * @module
 */

import type { EchoLogger } from "./echo.ts";
import { addressOf } from "./errors.ts";
import { CustomTypes } from "./values/custom_types.ts";

/** How a type of the server's is written and read, as postgres.js has it. */
export interface CustomType<T = unknown> {
  /** The OID of the type that values are sent as. */
  readonly to: number;
  /** The OIDs of the types that are read so. */
  readonly from: readonly number[];
  /** Writes a value as Postgres reads it. */
  serialize(value: T): string;
  /** Reads what Postgres writes. It runs on the thread that looks at the rows. */
  parse(text: string): T;
}

/** What TLS needs to know, as `node:tls` has it. */
export interface TlsOptions {
  /** The certificates of the authorities to trust, in PEM format. */
  readonly ca?: string | readonly string[];
  /** The client's certificate, in PEM format. */
  readonly cert?: string;
  /** Its private key, in PEM format. */
  readonly key?: string;
  /** Whether to refuse a server whose certificate nobody vouches for. Default `true`. */
  readonly rejectUnauthorized?: boolean;
  /** The host name to ask for, and to check the certificate against. Default the one in the URL. */
  readonly servername?: string;
}

/** What `createEngine()` and `createAsyncEngine()` take. */
export interface EngineOptions {
  /** Shows each statement, and apart from it the values: on stderr, or to the function given. Default `false`. */
  readonly echo?: boolean | EchoLogger;
  /** How many connections there may be. Default 10. */
  readonly poolSize?: number;
  /** How many milliseconds to wait for a connection while all are in use. Default 30,000. */
  readonly poolTimeout?: number;
  /** How many milliseconds making a connection may take. Default 10,000. */
  readonly connectTimeout?: number;
  /** After how many milliseconds the server gives up a statement. Default 0: what the server is set to. */
  readonly statementTimeout?: number;
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
  readonly connectTimeout: number;
  readonly statementTimeout: number;
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
}

/**
 * Completes the options with their defaults.
 *
 * @throws {ConnectionError} When the URL is none of Postgres.
 * @throws {RangeError} When the pool has no room for a connection, or a time is no number of milliseconds.
 */
export function settingsOf(url: string, options: EngineOptions): EngineSettings {
  addressOf(url);
  const { poolSize = 10, applicationName, ssl, echo = false, types = {} } = options;
  if (!(Number.isInteger(poolSize) && poolSize >= 1)) {
    throw new RangeError(
      `create an engine: poolSize is ${poolSize}; it must be a whole number of at least 1`,
    );
  }
  const pool: PoolSettings = {
    url,
    poolSize,
    poolTimeout: milliseconds("poolTimeout", options.poolTimeout, 30_000),
    connectTimeout: milliseconds("connectTimeout", options.connectTimeout, 10_000),
    statementTimeout: milliseconds("statementTimeout", options.statementTimeout, 0),
    applicationName,
    ssl,
    textTypes: Object.values(types).flatMap(({ from }) => from),
  };
  return { pool, echo, types: new CustomTypes(Object.values(types)) };
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
