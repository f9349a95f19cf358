import process from "node:process";
import postgres from "postgres";

const url = process.env.DATABASE_URL ?? "postgres://postgres@127.0.0.1:5432/test";

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

/** Whether to run the tests: only where nobody asked for all of them may a missing server skip some. */
export async function isServerThere(): Promise<boolean> {
  if (process.env.CI === "true") return true;
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice() {} });
  try {
    await sql`select 1`;
    return true;
  } catch {
    return false;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
