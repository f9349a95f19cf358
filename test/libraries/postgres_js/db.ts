/** An async module as programs have it: it exports postgres.js's `sql`, and nothing is wrapped. */

import { connect, type Database, type Sql } from "../database.ts";

export const database: Database = connect("postgres_js");
export const sql: Sql = database.sql;

const templates = new Set<TemplateStringsArray>();

/** How many templates it has seen, as the driver tells them apart. */
export async function countTemplates(strings: TemplateStringsArray, ..._values: unknown[]): Promise<number> {
  return templates.add(strings).size;
}
