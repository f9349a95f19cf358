import process from "node:process";
import postgres from "postgres";
import { url } from "../support/postgres.ts";

/** postgres.js's `sql`, with bigint columns as bigints. */
export type Sql = postgres.Sql<{ bigint: bigint }>;

/** A connection pool, and what creates its schema and drops it again. */
export interface Database {
  readonly sql: Sql;
  setUp(): Promise<void>;
  tearDown(): Promise<void>;
}

/**
 * Connects to the server to test with.
 *
 * @param library The library under test: its tables stand in a schema of that name and this process.
 * @returns The pool. Nothing is connected before it is used.
 */
export function connect(library: string): Database {
  const schema = `awaitlet_${library}_${process.pid}`;
  const sql = postgres(url, {
    max: 4,
    connection: { search_path: schema },
    types: { bigint: postgres.BigInt },
    onnotice() {},
  });
  return {
    sql,
    async setUp() {
      await sql`drop schema if exists ${sql(schema)} cascade`;
      await sql`create schema ${sql(schema)}`;
    },
    async tearDown() {
      await sql`drop schema if exists ${sql(schema)} cascade`;
      await sql.end({ timeout: 5 });
    },
  };
}
