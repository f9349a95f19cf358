/**
 * postgres.js as it is: on the loop, awaited.
 *
 * @module
 */

import postgres from "postgres";
import { timeAsync } from "../timing.ts";
import { theTable } from "./table.ts";

/** What postgres.js does with the table, by a pool of so many connections. */
export interface Native {
  point(): Promise<unknown>;
  rows(): Promise<unknown>;
  streamSum(count: number): Promise<number>;
}

export async function native(connections: number): Promise<Native> {
  const table = await theTable();
  const sql = postgres(table.url, { max: connections });
  const name = sql(table.name);
  let id = 0;
  return {
    async point() {
      id = (id % 1000) + 1;
      const [row] = await sql`select * from ${name} where id = ${id}`;
      return row;
    },
    rows: async () => [...(await sql`select * from ${name}`)],
    async streamSum(count) {
      let sum = 0;
      const series = sql`select i as id, 'name ' || i as name from generate_series(1, ${count}::int) as i`;
      for await (const rows of series.cursor(1000)) for (const row of rows) sum += row.id;
      return sum;
    },
  };
}

/** What a call takes, the median, in microseconds, one after the other. */
export async function timeNative(what: "point" | "rows"): Promise<(ms: number) => Promise<number>> {
  const sql = await native(1);
  return (ms) => timeAsync(() => sql[what](), ms);
}
