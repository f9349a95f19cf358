/**
 * Sessions on the loop.
 *
 * @module
 */

import type { AsyncConnection, AsyncEngine, ScalarResult } from "../../src/postgres/mod.ts";
import { insert } from "./insert.ts";
import type { Select } from "./select.ts";
import type { NewRow } from "./table.ts";

/** Rows to be added and values read, over one connection, which it takes when first used. */
export class AsyncSession implements AsyncDisposable {
  readonly #engine: AsyncEngine;
  #conn: AsyncConnection | undefined;
  #added: NewRow[] = [];

  constructor(engine: AsyncEngine) {
    this.#engine = engine;
  }

  /** Runs `fn` in a transaction: it commits when `fn` returns, and rolls back when it throws. */
  async begin(fn: () => void | PromiseLike<void>): Promise<void> {
    const conn = await this.#connection();
    await conn.begin();
    try {
      await fn();
      await this.#flush(conn);
      await conn.commit();
    } catch (error) {
      this.#added = [];
      await conn.rollback();
      throw error;
    }
  }

  /** Adds rows. They are sent before the next read, at the latest when the transaction commits. */
  addAll(rows: readonly NewRow[]): void {
    this.#added.push(...rows);
  }

  /** Reads the values of a column. */
  async scalars<V>(select: Select<V>): Promise<ScalarResult<V>> {
    const conn = await this.#connection();
    await this.#flush(conn);
    return select.parse(await conn.execute(select.query));
  }

  /** Gives the connection back. */
  async close(): Promise<void> {
    await this.#conn?.close();
    this.#conn = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #connection(): Promise<AsyncConnection> {
    this.#conn ??= await this.#engine.connect();
    return this.#conn;
  }

  async #flush(conn: AsyncConnection): Promise<void> {
    for (const query of insert(this.#added)) await conn.execute(query);
    this.#added = [];
  }
}

/** Makes sessions of an engine. */
export function asyncSessionmaker(engine: AsyncEngine): () => AsyncSession {
  return () => new AsyncSession(engine);
}
