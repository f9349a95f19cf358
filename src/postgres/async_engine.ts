/**
 * Postgres on the loop: an engine, and connections taken from its pool.
 *
 * @module
 */

import type { DriverConnection } from "./driver.ts";
import { echoQuery, echoWord } from "./echo.ts";
import { type EngineOptions, type EngineSettings, settingsOf } from "./options.ts";
import { Pool } from "./pool.ts";
import { Result, type ResultData, type Row } from "./result.ts";
import type { Query } from "./sql.ts";

/** The pools of this thread: engines of the same settings share one. */
const pools = new Map<string, Pool>();

function poolOf({ url, poolSize, poolTimeout, connectTimeout }: EngineSettings): Pool {
  const key = JSON.stringify([url, poolSize, poolTimeout, connectTimeout]);
  let pool = pools.get(key);
  if (pool === undefined) {
    pool = new Pool({ url, poolSize, poolTimeout, connectTimeout });
    pools.set(key, pool);
  }
  return pool;
}

/** A connection in use. Outside a transaction each statement commits by itself. */
export class AsyncConnection {
  readonly #driver: DriverConnection;
  readonly #pool: Pool;
  readonly #echo: boolean;
  #inTransaction = false;
  /** Whether a statement ran that may have left a transaction open behind our back. */
  #touched = false;
  #closed = false;

  constructor(driver: DriverConnection, pool: Pool, echo: boolean) {
    this.#driver = driver;
    this.#pool = pool;
    this.#echo = echo;
  }

  /** Runs one statement. It rejects with what the server refuses: an error with `code`, `detail` and the like. */
  async execute<R = Row>(query: Query): Promise<Result<R>> {
    return new Result<R>(await this.run(query.text, query.values));
  }

  /** Runs one statement, and gives plain data. */
  async run(text: string, values: readonly unknown[]): Promise<ResultData> {
    this.#checkOpen();
    if (this.#echo) echoQuery(text, values);
    this.#touched = true;
    return await this.#driver.query(text, values);
  }

  /** Begins a transaction. */
  async begin(): Promise<void> {
    this.#checkOpen();
    if (this.#inTransaction) {
      throw new Error(
        "begin a transaction: one is open on this connection already; commit it or roll it back first",
      );
    }
    await this.#send("begin");
    this.#inTransaction = true;
  }

  /** Commits the transaction. It rejects when the server has rolled it back instead. */
  async commit(): Promise<void> {
    this.#checkOpen();
    if (!this.#inTransaction) {
      throw new Error("commit a transaction: none is open on this connection; begin one first");
    }
    const { command } = await this.#send("commit");
    this.#inTransaction = false;
    this.#touched = false;
    if (command !== "COMMIT") {
      throw new Error(
        "commit a transaction: one of its statements had failed, so the server rolled it back; begin again",
      );
    }
  }

  /** Rolls the transaction back. Does nothing when there is none. */
  async rollback(): Promise<void> {
    this.#checkOpen();
    if (!this.#inTransaction) return;
    await this.#send("rollback");
    this.#inTransaction = false;
    this.#touched = false;
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. Never throws, also when called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    let isClean = true;
    if (this.#inTransaction || this.#touched) {
      if (this.#inTransaction && this.#echo) echoWord("rollback");
      isClean = await this.#driver.query("rollback", []).then(
        () => true,
        () => false,
      );
    }
    await this.#pool.release(this.#driver, isClean);
  }

  #send(word: string): Promise<ResultData> {
    if (this.#echo) echoWord(word);
    return this.#driver.query(word, []);
  }

  #checkOpen(): void {
    if (this.#closed) {
      throw new Error(
        "use a connection: it was given back to the pool; take a new one with engine.connect()",
      );
    }
  }
}

/** What connections to one database are taken from. */
export class AsyncEngine {
  readonly #pool: Pool;
  readonly #echo: boolean;

  constructor(settings: EngineSettings) {
    this.#pool = poolOf(settings);
    this.#echo = settings.echo;
  }

  /** Takes a connection from the pool. Close it when done. */
  async connect(): Promise<AsyncConnection> {
    return new AsyncConnection(await this.#pool.acquire(), this.#pool, this.#echo);
  }

  /** Runs `fn` in a transaction: it commits when `fn` returns, and rolls back when it throws. */
  async begin<T>(fn: (conn: AsyncConnection) => T | PromiseLike<T>): Promise<T> {
    const conn = await this.connect();
    try {
      await conn.begin();
      const value = await fn(conn);
      await conn.commit();
      return value;
    } finally {
      await conn.close();
    }
  }

  /** Closes the idle connections now, those in use when they are given back. The next use opens new ones. */
  dispose(): Promise<void> {
    return this.#pool.dispose();
  }
}

/**
 * Makes an engine for code on the loop. It connects when it is first used.
 *
 * @param url `postgres://user:password@host:5432/database`.
 * @param options How many connections, and whether to show the SQL.
 * @returns The engine. Engines of the same URL and pool settings share their connections.
 * @throws {ConnectionError} When the URL is none of Postgres.
 *
 * @example
 * ```ts ignore
 * const engine = createAsyncEngine(url);
 * const name = await engine.begin(async (conn) => (await conn.execute(sql`select current_user`)).scalar());
 * await engine.dispose();
 * ```
 */
export function createAsyncEngine(url: string, options: EngineOptions = {}): AsyncEngine {
  return new AsyncEngine(settingsOf(url, options));
}
