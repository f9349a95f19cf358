// Kysely as a builder alone, on the blocking thread itself. What it builds is run by awaitlet/postgres.
import {
  type Compilable,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import { type Connection, Query, type Result } from "../../src/postgres/mod.ts";
import type { Tables } from "./db.ts";

/** Where a value goes. Nothing else in SQL can be this. */
const VALUE = "\0";

class Compiler extends PostgresQueryCompiler {
  protected override getCurrentParameterPlaceholder(): string {
    return VALUE;
  }
}

export const db: Kysely<Tables> = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new Compiler(),
  },
});

/** Runs what Kysely has built. */
export function run<R>(conn: Connection, query: Compilable<R>): Result<R> {
  const { sql, parameters } = query.compile();
  return conn.execute<R>(new Query(sql.split(VALUE), parameters));
}
