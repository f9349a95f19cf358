/**
 * `select()`: what to read, and how to check what comes back.
 *
 * @module
 */

import { type Query, type Result, ScalarResult, sql } from "../../src/postgres/mod.ts";
import type { Column } from "./table.ts";

/** A query for values of `V`. */
export interface Select<V> {
  readonly query: Query;
  /** The values in a result of the query. It throws where the server sent anything else than the schema says. */
  parse(result: Result): ScalarResult<V>;
}

/**
 * Reads a column.
 *
 * @param column The column of a table: `A.data`.
 * @returns What to give to a session.
 */
export function select<V>(column: Column<V>): Select<V> {
  return {
    query: sql`select ${sql.id(column.table, column.name)} from ${sql.id(column.table)}`,
    parse: (result) =>
      new ScalarResult(
        result
          .scalars()
          .all()
          .map((value) => column.schema.parse(value)),
      ),
  };
}
