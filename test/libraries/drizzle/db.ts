/** An async module as programs have it: it exports Drizzle over postgres.js, and nothing is wrapped. */

import { drizzle, type PostgresJsDatabase } from "drizzle-orm/postgres-js";
import { connect, type Database } from "../database.ts";
import * as schema from "./schema.ts";

export { and, count, desc, eq, gt, inArray, sql } from "drizzle-orm";
export { people, pets } from "./schema.ts";

export const database: Database = connect("drizzle");

/** What was sent to the server. */
export const sent: string[] = [];

export const db: PostgresJsDatabase<typeof schema> = drizzle(database.sql, {
  schema,
  logger: { logQuery: (query) => void sent.push(query) },
});
