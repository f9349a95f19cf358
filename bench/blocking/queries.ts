/**
 * What blocking code measures of its Postgres.
 *
 * @module
 */

import { createEngine, sql } from "../../src/postgres/mod.ts";
import type { Table } from "../postgres/table.ts";
import { time } from "../timing.ts";

type Ask = () => unknown;

/** Runs `work` with what asks for one row, and for all. */
function asking<T>({ url, name }: Table, work: (ask: { point: Ask; rows: Ask }) => T): T {
  using conn = createEngine(url).connect();
  const table = sql.id(name);
  let id = 0;
  return work({
    point() {
      id = (id % 1000) + 1;
      return conn.execute(sql`select * from ${table} where id = ${id}`).first();
    },
    rows: () => conn.execute(sql`select * from ${table}`).all(),
  });
}

/** What a call takes, the median, in microseconds. */
export function timeQuery(table: Table, what: "point" | "rows", ms: number): number {
  return asking(table, (ask) => time(ask[what], ms));
}

/** How many queries are answered in so many milliseconds. */
export function countPoints(table: Table, ms: number): number {
  return asking(table, ({ point }) => {
    let count = 0;
    for (const end = performance.now() + ms; performance.now() < end; count++) point();
    return count;
  });
}

/** Reads so many rows from a cursor; gives the sum of their ids. */
export function streamSum({ url }: Table, count: number): number {
  using conn = createEngine(url).connect();
  const series = sql`select i as id, 'name ' || i as name from generate_series(1, ${count}::int) as i`;
  let sum = 0;
  for (const row of conn.stream<{ id: number }>(series, { batch: 1000 })) sum += row.id;
  return sum;
}

/** Asks for all rows so many times. */
export function repeatRows(table: Table, times: number): void {
  asking(table, ({ rows }) => {
    for (let i = 0; i < times; i++) rows();
  });
}
