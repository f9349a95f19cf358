/** An async module as programs have it: it exports Kysely over postgres.js, and nothing is wrapped. */

import { type ExpressionBuilder, expressionBuilder, type Generated, Kysely, sql as kyselySql } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import { connect, type Database } from "../database.ts";

export interface Tables {
  person: { id: Generated<number>; name: string; age: number | null; born: Date | null };
  pet: { id: Generated<number>; owner_id: number; name: string; kind: "cat" | "dog" };
}

export const database: Database = connect("kysely");

/** What was sent to the server. */
export const sent: string[] = [];

export const db: Kysely<Tables> = new Kysely<Tables>({
  dialect: new PostgresJSDialect({ postgres: database.sql }),
  log: (event) => void sent.push(event.query.sql),
});

export const sql: typeof kyselySql = kyselySql;

/** What a callback of `where()` would be given. */
export const eb: ExpressionBuilder<Tables, "person"> = expressionBuilder<Tables, "person">();
