/**
 * Postgres on the loop: an engine, and connections taken from its pool.
 *
 * @module
 */

import { AsyncConnection } from "./async_connection.ts";
import { echoOf } from "./echo.ts";
import { Engine } from "./engine.ts";
import { checkTimeout, type ListenOptions } from "./listening.ts";
import { Lease } from "./loop/lease.ts";
import { listen } from "./loop/listener.ts";
import { AsyncNotifications } from "./notifications.ts";
import { type EngineOptions, type EngineSettings, settingsOf } from "./options.ts";
import { poolOf } from "./server/pool.ts";
import type { TransactionOptions } from "./transaction_options.ts";

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
   * Takes a connection from the pool. Close it when done, or let `await using` do that.
   *
   * @returns The connection.
   * @throws {ConnectionError} When none can be made.
   * @throws {PoolTimeout} When none becomes free in time.
   */
  async connect(): Promise<AsyncConnection> {
    const { pool: settings, echo, types } = this.#settings;
    const pool = poolOf(settings);
    return new AsyncConnection(new Lease(await pool.acquire(), pool, echoOf(echo)), types);
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
    const conn = await this.connect();
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
    const { pool, echo } = this.#settings;
    const timeout = checkTimeout(options);
    return new AsyncNotifications(await listen(pool, echoOf(echo), channel), timeout);
  }

  /** Closes the idle connections now, those in use when they are given back. The next use opens new ones. */
  dispose(): Promise<void> {
    return poolOf(this.#settings.pool).dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

/**
 * Makes an engine for code on the loop. It connects when it is first used.
 *
 * @param url `postgres://user:password@host:5432/database`.
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
