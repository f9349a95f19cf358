/**
 * Sessions in blocking code.
 *
 * @module
 */

import type { Connection, Engine, ScalarResult } from "../../src/postgres/mod.ts";
import { insert } from "./insert.ts";
import type { Select } from "./select.ts";
import type { NewRow } from "./table.ts";

/** Rows to be added and values read, over one connection, which it takes when first used. */
export class Session implements Disposable {
  readonly #engine: Engine;
  #conn: Connection | undefined;
  #added: NewRow[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** Runs `fn` in a transaction: it commits when `fn` returns, and rolls back when it throws. */
  begin(fn: () => void): void {
    const conn = this.#connection();
    conn.begin();
    try {
      fn();
      this.#flush(conn);
      conn.commit();
    } catch (error) {
      this.#added = [];
      conn.rollback();
      throw error;
    }
  }

  /** Adds rows. They are sent before the next read, at the latest when the transaction commits. */
  addAll(rows: readonly NewRow[]): void {
    this.#added.push(...rows);
  }

  /** Reads the values of a column. */
  scalars<V>(select: Select<V>): ScalarResult<V> {
    const conn = this.#connection();
    this.#flush(conn);
    return select.parse(conn.execute(select.query));
  }

  /** Gives the connection back. */
  close(): void {
    this.#conn?.close();
    this.#conn = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #connection(): Connection {
    this.#conn ??= this.#engine.connect();
    return this.#conn;
  }

  #flush(conn: Connection): void {
    for (const query of insert(this.#added)) conn.execute(query);
    this.#added = [];
  }
}

/** Makes sessions of an engine. */
export function sessionmaker(engine: Engine): () => Session {
  return () => new Session(engine);
}
