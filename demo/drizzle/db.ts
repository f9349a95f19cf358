// The async back: Drizzle over postgres.js, and with it the tables and operators that queries are made of.
import process from "node:process";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import * as schema from "./schema.ts";

export { and, asc, count, desc, eq, gte, inArray, isNull, or, sql } from "drizzle-orm";
export { people, pets } from "./schema.ts";

export const client = postgres(process.env.DATABASE_URL ?? "");
export const db = drizzle(client, { schema });

export async function createTables(): Promise<void> {
  await db.execute(sql`create table people (id serial primary key, name text not null unique, age integer)`);
  await db.execute(
    sql`create table pets (id serial primary key, owner_id integer not null references people, name text not null)`,
  );
}

export async function dropTables(): Promise<void> {
  await db.execute(sql`drop table pets, people`);
}
