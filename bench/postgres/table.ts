/**
 * The table that is queried: 1,000 rows of 6 columns, of this process alone.
 *
 * @module
 */

import process from "node:process";
import postgres from "postgres";
import { url } from "../../test/support/postgres.ts";
import { tableRows } from "../served/values.mjs";

/** Where it stands. */
export interface Table {
  readonly url: string;
  readonly name: string;
}

const runtime = process.versions.deno ? "deno" : process.versions.bun ? "bun" : "node";
const table: Table = { url, name: `awaitlet_bench_${process.pid}_${runtime}` };

let created: Promise<Table> | undefined;

/** Creates the table, the first time. It rejects where there is no server. */
export function theTable(): Promise<Table> {
  created ??= create();
  return created;
}

async function create(): Promise<Table> {
  await withClient(async (sql) => {
    await sql`drop table if exists ${sql(table.name)}`;
    await sql`create table ${sql(table.name)} (id integer primary key, name text, email text, score float8,
      active boolean, created timestamptz)`;
    await sql`insert into ${sql(table.name)} ${sql(tableRows)}`;
    await sql`analyze ${sql(table.name)}`;
  });
  return table;
}

/** Drops it, if it was created. */
export async function dropTable(): Promise<void> {
  if (created === undefined) return;
  await withClient((sql) => sql`drop table if exists ${sql(table.name)}`);
}

async function withClient(work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(table.url, { max: 1, connect_timeout: 5, onnotice() {} });
  try {
    await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}
