/**
 * Postgres on the loop: an engine, and connections taken from its pool.
 *
 * @module
 */

import { echoOf } from "../base/echo.ts";
import {
  closesByForce,
  type EngineCloseOptions,
  type EngineOptions,
  type EngineSettings,
  settingsOf,
} from "../base/options.ts";
import { Engine } from "../blocking/engine.ts";
import { closeEngine } from "../loop/close_engine.ts";
import { checkOpen } from "../loop/engines.ts";
import { Lease } from "../loop/lease.ts";
import { listen } from "../loop/listener.ts";
import { poolOf } from "../protocol/pool.ts";
import { checkTimeout, type ListenOptions } from "../query/listen_options.ts";
import type { Result } from "../query/result.ts";
import type { ScalarResult } from "../query/scalar_result.ts";
import type { Query } from "../query/sql.ts";
import type { StandardSchema } from "../query/standard_schema.ts";
import type { TransactionOptions } from "../query/transaction_options.ts";
import type { Row } from "../types/rows.ts";
import { AsyncConnection } from "./connection.ts";
import { AsyncNotifications } from "./notifications.ts";

/** What connections to one database are taken from. */
export class AsyncEngine implements AsyncDisposable {
  readonly #settings: EngineSettings;
  /** The same engine for blocking code. It may be given to a task as an argument. */
  readonly engine: Engine;

  /** @internal */
  constructor(settings: EngineSettings) {
    this.#settings = settings;
    this.engine = new Engine(settings);
  }

  /**
   * Gives a connection. Close it when done, or let `await using` do that. It is taken from the pool when something is first
   * run on it that needs one to itself; statements that only read share a few connections with others until then.
   *
   * @returns The connection.
   */
  async connect(): Promise<AsyncConnection> {
    return this.#connect();
  }

  /**
   * Runs one statement by itself, and has each row of its result checked when it is read.
   *
   * Statements that only read share a few connections with those of all threads; any other has a connection to itself for
   * as long as it runs.
   *
   * @typeParam R What a row is.
   * @param query What {@linkcode sql} gave.
   * @param schema What a row must be: any Standard Schema, such as zod's. Reading a row that does not fit throws
   * `RowMismatch`, which names the column.
   * @returns Its result.
   * @throws {DatabaseError} When the server refuses the statement.
   * @throws {ConnectionError} When there is no connection, or it is lost.
   * @throws {PoolTimeout} When none becomes free in time.
   */
  execute<R>(query: Query, schema: StandardSchema<R>): Promise<Result<R>>;
  /**
   * Runs one statement by itself.
   *
   * @typeParam R What a row is.
   * @param query What {@linkcode sql} gave.
   * @returns Its result.
   * @throws {DatabaseError} When the server refuses the statement.
   * @throws {ConnectionError} When there is no connection, or it is lost.
   * @throws {PoolTimeout} When none becomes free in time.
   */
  execute<R = Row>(query: Query): Promise<Result<R>>;
  async execute<R>(query: Query, schema?: StandardSchema<R>): Promise<Result<R>> {
    const conn = this.#connect();
    try {
      return await (schema === undefined ? conn.execute<R>(query) : conn.execute(query, schema));
    } finally {
      // What it did is done, whatever becomes of the connection.
      void conn.close();
    }
  }

  /**
   * Runs one statement by itself, for the first column of all rows.
   *
   * @typeParam T What its values are.
   * @param query What {@linkcode sql} gave.
   */
  async scalars<T = unknown>(query: Query): Promise<ScalarResult<T>> {
    return (await this.execute(query)).scalars<T>();
  }

  /**
   * Runs one statement by itself, for the first column of the first row; `undefined` when there is no row.
   *
   * @typeParam T What its value is.
   * @param query What {@linkcode sql} gave.
   */
  async scalar<T = unknown>(query: Query): Promise<T | undefined> {
    return (await this.execute(query)).scalar<T>();
  }

  /**
   * Runs `fn` in a transaction: it commits when `fn` has returned, and rolls back when it throws.
   *
   * @param fn What to do.
   * @param options How the transaction begins.
   * @returns What `fn` returns.
   * @throws {ConnectionError} When there is no connection. What `fn` throws.
   */
  async begin<T>(
    fn: (conn: AsyncConnection) => T | PromiseLike<T>,
    options?: TransactionOptions,
  ): Promise<T> {
    const conn = this.#connect();
    try {
      return await conn.begin(() => fn(conn), options);
    } finally {
      await conn.close();
    }
  }

  /**
   * Listens to a channel, on a connection beside the pool, which all who listen share. What is sent from now on is kept
   * until the loop comes to it.
   *
   * @param channel The name of the channel, as it stands.
   * @param options After how many milliseconds without a notification to end.
   * @returns The notifications, to iterate over: leaving the loop ends the listening, and so does closing them.
   * @throws {TypeError} When no channel can have that name.
   * @throws {ConnectionError} When there is no connection; in the loop, when it is lost.
   *
   * @example
   * ```ts ignore
   * for await (const { payload } of await engine.listen("jobs", { timeout: 60_000 })) console.log(payload);
   * ```
   */
  async listen(channel: string, options: ListenOptions = {}): Promise<AsyncNotifications> {
    const { pool, engine, echo } = this.#settings;
    const timeout = checkTimeout(options);
    checkOpen(engine, pool);
    return new AsyncNotifications(await listen(pool, engine, echoOf(echo), channel), timeout);
  }

  /** Closes the idle connections now, those in use when they are given back. The next use opens new ones. */
  dispose(): Promise<void> {
    return poolOf(this.#settings.pool).dispose();
  }

  /**
   * Takes no more work, waits for what runs, and then closes the connections. This engine is done then, on all threads, and ends
   * what is listened to by it; others of the same URL and options, which share the connections, make new ones.
   *
   * @param options Whether to break off what runs instead, also that of the others: it fails with a `ConnectionError`.
   * @throws {TypeError} When there is no such option.
   * @throws {Error} When the task that this code runs for has a connection in use: it would wait for itself.
   *
   * @example
   * ```ts ignore
   * await engine.close();
   * ```
   */
  async close(options: EngineCloseOptions = {}): Promise<void> {
    const force = closesByForce("AsyncEngine.close()", options);
    const { pool, engine } = this.#settings;
    await closeEngine(pool, engine, force);
  }

  /** Does what {@linkcode dispose} does, at the end of `await using`: it does not wait for what runs. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  #connect(): AsyncConnection {
    const { pool, engine, echo } = this.#settings;
    const check = () => checkOpen(engine, pool);
    check();
    return new AsyncConnection(new Lease(poolOf(pool), echoOf(echo), check), this.#settings);
  }
}

/**
 * Makes an engine for code on the loop. It connects when it is first used.
 *
 * @param url `postgres://user:password@host:5432/database`; or `pglite:` for an embedded database in memory, `pglite:./folder` for one in a folder.
 * @param options How many connections, how long to wait, and whether to show the SQL.
 * @returns The engine. Engines of the same URL and options share their connections.
 * @throws {ConnectionError} When the URL is none of Postgres.
 * @throws {RangeError} When an option is out of its range.
 *
 * @example
 * ```ts ignore
 * await using engine = createAsyncEngine(url);
 * const name = await engine.begin(async (conn) => (await conn.execute(sql`select current_user`)).scalar());
 * ```
 */
export function createAsyncEngine(url: string, options: EngineOptions = {}): AsyncEngine {
  return new AsyncEngine(settingsOf(url, options));
}
