/**
 * `insert()`: rows to be added, as queries.
 *
 * @module
 */

import { type Query, sql } from "../../src/postgres/mod.ts";
import type { Column, NewRow } from "./table.ts";

/**
 * Adds rows.
 *
 * @param rows The rows, of any tables.
 * @returns One query for each run of rows of the same table.
 */
export function insert(rows: readonly NewRow[]): Query[] {
  const runs: [NewRow, ...NewRow[]][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    if (run?.[0].definition === row.definition) run.push(row);
    else runs.push([row]);
  }
  return runs.map(insertRun);
}

function insertRun(rows: [NewRow, ...NewRow[]]): Query {
  const { name, columns } = rows[0].definition;
  const given = Object.entries<Column<unknown>>(columns).filter(([field]) =>
    rows.some((row) => field in row.values),
  );
  if (given.length === 0) return sql`insert into ${sql.id(name)} default values`;
  const tuples = rows.map(({ values }) => {
    const parts = given.map(([field]) => (field in values ? sql`${values[field]}` : sql.raw("default")));
    return sql`(${sql.join(parts)})`;
  });
  const names = sql.join(given.map(([, column]) => sql.id(column.name)));
  return sql`insert into ${sql.id(name)} (${names}) values ${sql.join(tuples)}`;
}
