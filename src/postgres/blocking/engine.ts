/**
 * Postgres in blocking code. The connections themselves live on the loop, shared by all blocking threads.
 *
 * @module
 */

import { awaitlet, registerClass } from "../../../mod.ts";
import {
  closesByForce,
  type EngineCloseOptions,
  type EngineOptions,
  type EngineSettings,
  settingsOf,
} from "../base/options.ts";
import { checkTimeout, type ListenOptions } from "../query/listen_options.ts";
import { Result } from "../query/result.ts";
import type { ScalarResult } from "../query/scalar_result.ts";
import { checkQuery, type Query } from "../query/sql.ts";
import type { StandardSchema } from "../query/standard_schema.ts";
import { beginText, type TransactionOptions } from "../query/transaction_options.ts";
import type { Row } from "../types/rows.ts";
import { Connection } from "./connection.ts";
import { bind, type EngineLink, linkOf, run, takeReleased } from "./engine_link.ts";
import { Notifications } from "./notifications.ts";
import { loop } from "./remote.ts";

/** What connections to one database are taken from. */
export class Engine implements Disposable {
  readonly #settings: EngineSettings;
  /** Made when blocking code first uses the engine: the loop does not need it. */
  #link: EngineLink | undefined;

  /** @internal */
  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  static {
    registerClass(Engine, {
      module: import.meta.url,
      name: "Engine",
      toData: (engine) => engine.#settings,
      fromData: (settings) => new Engine(settings),
    });
  }

  /**
   * Gives a connection. Close it when done, or let `using` do that. It is taken from the pool when something is first run on
   * it that needs one to itself; statements that only read share a few connections with those of all threads until then.
   *
   * @returns The connection.
   */
  connect(): Connection {
    return new Connection(this.#engine);
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
  execute<R>(query: Query, schema: StandardSchema<R>): Result<R>;
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
  execute<R = Row>(query: Query): Result<R>;
  execute<R>(query: Query, schema?: StandardSchema<R>): Result<R> {
    const engine = this.#engine;
    const { types, echo } = engine.settings;
    if (typeof echo === "function") {
      const conn = this.connect();
      try {
        return schema === undefined ? conn.execute<R>(query) : conn.execute(query, schema);
      } finally {
        conn.close();
      }
    }
    const bound = types.areNone ? checkQuery(query) : bind(engine, 0, checkQuery(query));
    return new Result<R>(run(engine, 0, "", bound), { readers: types.readers, schema });
  }

  /**
   * Runs one statement by itself, for the first column of all rows.
   *
   * @typeParam T What its values are.
   * @param query What {@linkcode sql} gave.
   */
  scalars<T = unknown>(query: Query): ScalarResult<T> {
    return this.execute(query).scalars<T>();
  }

  /**
   * Runs one statement by itself, for the first column of the first row; `undefined` when there is no row.
   *
   * @typeParam T What its value is.
   * @param query What {@linkcode sql} gave.
   */
  scalar<T = unknown>(query: Query): T | undefined {
    return this.execute(query).scalar<T>();
  }

  /**
   * Runs `fn` in a transaction: it commits when `fn` returns, and rolls back when it throws.
   *
   * @param fn What to do.
   * @param options How the transaction begins.
   * @returns What `fn` returns.
   * @throws {ConnectionError} When there is no connection. What `fn` throws.
   */
  begin<T>(fn: (conn: Connection) => T, options: TransactionOptions = {}): T {
    const conn = new Connection(this.#engine, undefined, false, beginText(options));
    try {
      const value = fn(conn);
      conn.finish();
      return value;
    } catch (error) {
      // A task that is cancelled may not even have asked for the commit.
      conn.close();
      throw error;
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
   * for (const { payload } of engine.listen("jobs", { timeout: 60_000 })) console.log(payload);
   * ```
   */
  listen(channel: string, options: ListenOptions = {}): Notifications {
    return new Notifications(this.#settings, channel, checkTimeout(options));
  }

  /** Closes the idle connections now, those in use when they are given back. The next use opens new ones. */
  dispose(): void {
    awaitlet(loop.dispose(this.#settings.pool, takeReleased()));
  }

  /**
   * Takes no more work, waits for what runs, and then closes the connections. This engine is done then, on all threads, and ends
   * what is listened to by it; others of the same URL and options, which share the connections, make new ones.
   *
   * @param options Whether to break off what runs instead, also that of the others: it fails with a `ConnectionError`.
   * @throws {TypeError} When there is no such option.
   * @throws {Error} When the present task has a connection in use: it would wait for itself.
   *
   * @example
   * ```ts ignore
   * engine.close();
   * ```
   */
  close(options: EngineCloseOptions = {}): void {
    const force = closesByForce("Engine.close()", options);
    const { pool, engine } = this.#settings;
    awaitlet(loop.closeEngine(pool, engine, force, takeReleased()));
  }

  /** Does what {@linkcode dispose} does, at the end of `using`: it waits for nothing. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  get #engine(): EngineLink {
    this.#link ??= linkOf(this.#settings);
    return this.#link;
  }
}

/**
 * Makes an engine for blocking code. It connects when it is first used.
 *
 * @param url `postgres://user:password@host:5432/database`; or `pglite:` for an embedded database in memory, `pglite:./folder` for one in a folder.
 * @param options How many connections, how long to wait, and whether to show the SQL.
 * @returns The engine. Engines of the same URL and options share their connections, on all threads.
 * @throws {ConnectionError} When the URL is none of Postgres.
 * @throws {RangeError} When an option is out of its range.
 *
 * @example
 * ```ts ignore
 * const engine = createEngine(url);
 * const name = engine.begin((conn) => conn.execute(sql`select current_user`).scalar());
 * ```
 */
export function createEngine(url: string, options: EngineOptions = {}): Engine {
  return new Engine(settingsOf(url, options));
}
