/**
 * The settings of an engine.
 *
 * @module
 */

import { addressOf } from "./errors.ts";
import type { PoolSettings } from "./pool.ts";

/** What `createEngine()` and `createAsyncEngine()` take. */
export interface EngineOptions {
  /** Prints the SQL to stderr, and apart from it the values. Default `false`. */
  readonly echo?: boolean;
  /** How many connections there may be. Default 10. */
  readonly poolSize?: number;
  /** How many milliseconds to wait for a connection while all are in use. Default 30,000. */
  readonly poolTimeout?: number;
  /** How many milliseconds making a connection may take. Default 10,000. */
  readonly connectTimeout?: number;
}

/** All settings, as they cross between threads. */
export interface EngineSettings extends PoolSettings {
  readonly echo: boolean;
}

/**
 * Completes the options with their defaults.
 *
 * @throws {ConnectionError} When the URL is none of Postgres.
 * @throws {RangeError} When the pool has no room for a connection.
 */
export function settingsOf(url: string, options: EngineOptions): EngineSettings {
  addressOf(url);
  const { echo = false, poolSize = 10, poolTimeout = 30_000, connectTimeout = 10_000 } = options;
  if (!(poolSize >= 1)) {
    throw new RangeError(`create an engine: poolSize is ${poolSize}; it must be at least 1`);
  }
  return { url, echo, poolSize, poolTimeout, connectTimeout };
}
