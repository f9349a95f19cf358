/**
 * Postgres in blocking code. The connections themselves live on the loop, shared by all blocking threads.
 *
 * @module
 */

import { asyncModule, awaitlet } from "../../mod.ts";
import { type EngineOptions, type EngineSettings, settingsOf } from "./options.ts";
import { Result, type Row } from "./result.ts";
import type { Query } from "./sql.ts";

/** The loop half has the extension of this very file: `.ts` in the sources, `.js` in what npm gets. */
const LOOP_HALF = new URL(
  import.meta.url.endsWith(".ts") ? "./loop_half.ts" : "./loop_half.js",
  import.meta.url,
);
const loop = asyncModule<typeof import("./loop_half.ts")>(LOOP_HALF);

/** A connection in use. Outside a transaction each statement commits by itself. */
export class Connection implements Disposable {
  readonly #number: number;

  constructor(number: number) {
    this.#number = number;
  }

  /**
   * Runs one statement.
   *
   * @typeParam R What a row is.
   * @param query What {@linkcode sql} gave.
   * @returns Its result.
   * @throws Whatever the server refuses: an error with `code`, `detail` and the like.
   */
  execute<R = Row>(query: Query): Result<R> {
    return new Result<R>(awaitlet(loop.execute(this.#number, query.text, query.values)));
  }

  /** Begins a transaction. */
  begin(): void {
    awaitlet(loop.beginTransaction(this.#number));
  }

  /** Commits the transaction. It throws when the server has rolled it back instead. */
  commit(): void {
    awaitlet(loop.commit(this.#number));
  }

  /** Rolls the transaction back. Does nothing when there is none. */
  rollback(): void {
    awaitlet(loop.rollback(this.#number));
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. */
  close(): void {
    awaitlet(loop.close(this.#number));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** What connections to one database are taken from. */
export class Engine {
  readonly #settings: EngineSettings;

  constructor(settings: EngineSettings) {
    this.#settings = settings;
  }

  /**
   * Takes a connection from the pool. Close it when done, or let `using` do that.
   *
   * @returns The connection.
   * @throws {ConnectionError} When none can be made, or none becomes free in time.
   */
  connect(): Connection {
    return new Connection(awaitlet(loop.connect(this.#settings)));
  }

  /**
   * Runs `fn` in a transaction: it commits when `fn` returns, and rolls back when it throws.
   *
   * @param fn What to do.
   * @returns What `fn` returns.
   * @throws {ConnectionError} When there is no connection. What `fn` throws.
   */
  begin<T>(fn: (conn: Connection) => T): T {
    let outcome: { readonly value: T } | { readonly thrown: unknown } | undefined;
    let isOver = false;
    const run = (number: number): boolean => {
      // The task was cancelled while the transaction began: its code is not to run any more.
      if (isOver) return false;
      try {
        outcome = { value: fn(new Connection(number)) };
        return true;
      } catch (thrown) {
        outcome = { thrown };
        return false;
      }
    };
    try {
      // What `fn` gives stays here: only whether to commit crosses.
      awaitlet(loop.begin(this.#settings, run));
    } finally {
      isOver = true;
    }
    // TypeScript does not see that `run` assigned it.
    const done = outcome as { readonly value: T } | { readonly thrown: unknown } | undefined;
    if (done === undefined)
      throw new Error("run a transaction: the loop ended it before it ran; begin again");
    if ("thrown" in done) throw done.thrown;
    return done.value;
  }

  /** Closes the idle connections now, those in use when they are given back. The next use opens new ones. */
  dispose(): void {
    awaitlet(loop.dispose(this.#settings));
  }
}

/**
 * Makes an engine for blocking code. It connects when it is first used.
 *
 * @param url `postgres://user:password@host:5432/database`.
 * @param options How many connections, and whether to show the SQL.
 * @returns The engine. Engines of the same URL and pool settings share their connections, on all threads.
 * @throws {ConnectionError} When the URL is none of Postgres.
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
