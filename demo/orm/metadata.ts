/**
 * The tables of a program: dropped and created as a whole.
 *
 * @module
 */

import { type Connection, sql } from "../../src/postgres/mod.ts";
import { type Definition, definition } from "./table.ts";

export class MetaData {
  readonly #tables: readonly Definition[];

  constructor(tables: readonly { readonly [definition]: Definition }[]) {
    this.#tables = tables.map((table) => table[definition]);
  }

  /** Drops all tables that exist. */
  dropAll(conn: Connection): void {
    for (const { name } of this.#tables) conn.execute(sql`drop table if exists ${sql.id(name)}`);
  }

  /** Creates all tables. */
  createAll(conn: Connection): void {
    for (const { name, columns } of this.#tables) {
      const parts = columns.map((column) => sql`${sql.id(column.name)} ${sql.raw(column.ddl)}`);
      conn.execute(sql`create table ${sql.id(name)} (${sql.join(parts)})`);
    }
  }
}
