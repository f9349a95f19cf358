/**
 * The tables of a program: dropped and created as a whole.
 *
 * @module
 */

import { type Query, sql } from "../../src/postgres/mod.ts";
import { type Definition, definition } from "./table.ts";

/** What runs a query: a connection. */
export interface Executor {
  execute(query: Query): unknown;
}

export class MetaData {
  readonly #tables: readonly Definition[];

  constructor(tables: readonly { readonly [definition]: Definition }[]) {
    this.#tables = tables.map((table) => table[definition]);
  }

  /** Drops all tables that exist. */
  dropAll(conn: Executor): void {
    for (const query of this.dropQueries()) conn.execute(query);
  }

  /** Creates all tables. */
  createAll(conn: Executor): void {
    for (const query of this.createQueries()) conn.execute(query);
  }

  /** What `dropAll()` executes. */
  dropQueries(): Query[] {
    return this.#tables.map(({ name }) => sql`drop table if exists ${sql.id(name)}`);
  }

  /** What `createAll()` executes. */
  createQueries(): Query[] {
    return this.#tables.map(({ name, columns }) => {
      const parts = columns.map((column) => sql`${sql.id(column.name)} ${sql.raw(column.ddl)}`);
      return sql`create table ${sql.id(name)} (${sql.join(parts)})`;
    });
  }
}
