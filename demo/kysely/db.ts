// The async back: Kysely over postgres.js, as any async program has it.
import process from "node:process";
import { type ExpressionBuilder, expressionBuilder, type Generated, Kysely } from "kysely";
import { PostgresJSDialect } from "kysely-postgres-js";
import postgres from "postgres";

export interface Tables {
  person: { id: Generated<number>; name: string; age: number | null };
  pet: { id: Generated<number>; owner_id: number; name: string };
}

export const db: Kysely<Tables> = new Kysely<Tables>({
  dialect: new PostgresJSDialect({ postgres: postgres(process.env.DATABASE_URL ?? "") }),
});

export const person: ExpressionBuilder<Tables, "person"> = expressionBuilder<Tables, "person">();

export async function createTables(): Promise<void> {
  await db.schema
    .createTable("person")
    .addColumn("id", "serial", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("age", "integer")
    .execute();
  await db.schema
    .createTable("pet")
    .addColumn("id", "serial", (column) => column.primaryKey())
    .addColumn("owner_id", "integer", (column) => column.notNull().references("person.id"))
    .addColumn("name", "text", (column) => column.notNull())
    .execute();
}

export async function dropTables(): Promise<void> {
  await db.schema.dropTable("pet").execute();
  await db.schema.dropTable("person").execute();
}
