/**
 * Postgres in blocking code. The connections themselves live on the loop, shared by all blocking threads.
 *
 * @module
 */

import { awaitlet, registerClass } from "../../mod.ts";
import { Connection } from "./connection.ts";
import { checkTimeout, type ListenOptions } from "./listening.ts";
import { loop } from "./loop/loop.ts";
import { Notifications } from "./notifications.ts";
import { type EngineOptions, type EngineSettings, settingsOf } from "./options.ts";
import type { TransactionOptions } from "./transaction_options.ts";

/** What connections to one database are taken from. */
export class Engine implements Disposable {
  readonly #settings: EngineSettings;

  /** @internal */
  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  static {
    registerClass(Engine, {
      module: import.meta.url,
      toData: (engine) => engine.#settings,
      fromData: (settings) => new Engine(settings),
    });
  }

  /**
   * Takes a connection from the pool. Close it when done, or let `using` do that.
   *
   * @returns The connection.
   * @throws {ConnectionError} When none can be made.
   * @throws {PoolTimeout} When none becomes free in time.
   */
  connect(): Connection {
    return this.#connect();
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
    const conn = this.#connect(options);
    try {
      const value = fn(conn);
      awaitlet(loop.commitAndClose(conn.number));
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
    const { pool, echo } = this.#settings;
    return new Notifications(pool, echo, channel, checkTimeout(options));
  }

  /** Closes the idle connections now, those in use when they are given back. The next use opens new ones. */
  dispose(): void {
    awaitlet(loop.dispose(this.#settings.pool));
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  #connect(options?: TransactionOptions): Connection {
    const { pool, echo, types } = this.#settings;
    return new Connection(awaitlet(loop.connect(pool, echo, options)), types);
  }
}

/**
 * Makes an engine for blocking code. It connects when it is first used.
 *
 * @param url `postgres://user:password@host:5432/database`.
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
