/**
 * The tables of a program: dropped and created as a whole.
 *
 * @module
 */

import { type Query, sql } from "../../src/postgres/mod.ts";
import { type Column, definition } from "./table.ts";

/** What runs a query: a connection. */
export interface Executor {
  execute(query: Query): unknown;
}

/** What of a table matters here. */
interface AnyTable {
  readonly [definition]: { readonly name: string; readonly columns: Readonly<Record<string, unknown>> };
}

export class MetaData {
  readonly #tables: readonly AnyTable[];

  constructor(tables: readonly AnyTable[]) {
    this.#tables = tables;
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
    return this.#tables.map((table) => sql`drop table if exists ${sql.id(table[definition].name)}`);
  }

  /** What `createAll()` executes. */
  createQueries(): Query[] {
    return this.#tables.map((table) => {
      const { name, columns } = table[definition];
      const parts = (Object.values(columns) as Column<unknown>[]).map(
        (column) => sql`${sql.id(column.name)} ${sql.raw(column.type)}`,
      );
      return sql`create table ${sql.id(name)} (${sql.join(parts)})`;
    });
  }
}
