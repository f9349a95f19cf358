/** Blocking code over Kysely as it stands. */

import type { Updateable } from "kysely";
import { asyncModule, awaitlet, hold } from "../../../mod.ts";
import type { Tables } from "./db.ts";

const { db, eb, sql } = asyncModule<typeof import("./db.ts")>(new URL("./db.ts", import.meta.url));

export function setUp(): void {
  awaitlet(
    sql`create table person (id serial primary key, name text not null unique, age int, born timestamptz)`.execute(
      db,
    ),
  );
  awaitlet(
    sql`create table pet (id serial primary key, owner_id int not null references person, name text, kind text)`.execute(
      db,
    ),
  );
}

export function insertPerson(name: string, age: number | null, born: Date | null): number {
  const { id } = awaitlet(
    db.insertInto("person").values({ name, age, born }).returning("id").executeTakeFirstOrThrow(),
  );
  return id;
}

export function insertPets(
  pets: { owner_id: number; name: string; kind: "cat" | "dog" }[],
): bigint | undefined {
  return awaitlet(db.insertInto("pet").values(pets).executeTakeFirst()).numInsertedOrUpdatedRows;
}

export function petsOf(name: string): { pet: string; kind: "cat" | "dog"; age: number | null }[] {
  return awaitlet(
    db
      .selectFrom("person")
      .innerJoin("pet", "pet.owner_id", "person.id")
      .select(["pet.name as pet", "pet.kind", "person.age"])
      .where("person.name", "=", name)
      .orderBy("pet.name", "desc")
      .limit(10)
      .execute(),
  );
}

/** A chain that is put together step by step, as the filter wants it: still one round trip. */
export function find(filter: { names?: string[]; grown?: boolean }): string[] {
  let query = db.selectFrom("person").select("name").orderBy("id");
  if (filter.names !== undefined) query = query.where("name", "in", filter.names);
  if (filter.grown) query = query.where(eb.or([eb("age", ">=", 18), eb("age", "is", null)]));
  return awaitlet(query.execute()).map((person) => person.name);
}

/** A query within a query. */
export function owners(kind: "cat" | "dog"): string[] {
  const ids = db.selectFrom("pet").select("owner_id").where("kind", "=", kind);
  const rows = awaitlet(
    db.selectFrom("person").select("name").where("id", "in", ids).orderBy("id").execute(),
  );
  return rows.map((row) => row.name);
}

export function update(name: string, changes: Updateable<Tables["person"]>): bigint {
  return awaitlet(db.updateTable("person").set(changes).where("name", "=", name).executeTakeFirst())
    .numUpdatedRows;
}

export function bornOf(name: string): Date | null | undefined {
  return awaitlet(db.selectFrom("person").select("born").where("name", "=", name).executeTakeFirst())?.born;
}

export function compile(): { sql: string; parameters: readonly unknown[] } {
  const compiled = db.selectFrom("person").selectAll().where("name", "=", "ann").compile();
  return awaitlet({ sql: compiled.sql, parameters: compiled.parameters });
}

export function countBoth(): [people: unknown, pets: unknown] {
  const people = db.selectFrom("person").select(sql<number>`count(*)::int`.as("n")).executeTakeFirstOrThrow();
  const pets = db.selectFrom("pet").select(sql<number>`count(*)::int`.as("n")).executeTakeFirstOrThrow();
  const [first, second] = awaitlet([people, pets]);
  return [first.n, second.n];
}

export function missing(): string {
  try {
    awaitlet(db.selectFrom("person").selectAll().where("name", "=", "nobody").executeTakeFirstOrThrow());
  } catch (error) {
    return (error as Error).message;
  }
  return "somebody";
}

/** Callbacks that Kysely wants an answer of at once. */
export function callbacks(): unknown[] {
  const people = db.selectFrom("person").orderBy("person.id");
  return [
    awaitlet(
      people
        .select("name")
        .where((person) => person.or([person("age", ">", 20), person("name", "=", "bob")]))
        .execute(),
    ),
    awaitlet(
      people
        .select((person) => [
          "name",
          person
            .selectFrom("pet")
            .select(({ fn }) => fn.countAll<bigint>().as("n"))
            .whereRef("pet.owner_id", "=", "person.id")
            .as("pets"),
        ])
        .execute(),
    ),
    awaitlet(
      people
        .innerJoin("pet", (join) => join.onRef("pet.owner_id", "=", "person.id").on("pet.kind", "=", "cat"))
        .$if(true, (query) => query.where("person.name", "!=", "bob"))
        .select("pet.name")
        .execute(),
    ),
    awaitlet(
      db
        .updateTable("person")
        .set((person) => ({ age: person("age", "+", 0) }))
        .where("name", "=", "ann")
        .returning("age")
        .executeTakeFirst(),
    ),
    awaitlet(
      db.schema
        .createTable("kysely_made")
        .addColumn("id", "serial", (column) => column.primaryKey())
        .compile(),
    ).sql,
  ];
}

/** A transaction that is held: committed where `commit`, else rolled back. */
export function transaction(names: string[], commit: boolean): boolean {
  const trx = hold(db.startTransaction().execute());
  try {
    for (const name of names) awaitlet(trx.insertInto("person").values({ name }).execute());
    if (!commit) throw new RangeError("thought better of it");
    awaitlet(trx.commit().execute());
  } catch {
    awaitlet(trx.rollback().execute());
  }
  const over = awaitlet(commit ? trx.isCommitted : trx.isRolledBack);
  trx[Symbol.dispose]();
  return over;
}

/** A transaction by callback: `trx` is a reference, and what is returned is awaited by Kysely. */
export function transactionByCallback(name: string, commit: boolean): string[] {
  return awaitlet(
    db.transaction().execute((trx) => {
      awaitlet(trx.insertInto("person").values({ name }).execute());
      if (!commit) throw new RangeError("thought better of it");
      return trx.selectFrom("person").select("name").where("name", "=", name).execute();
    }),
  ).map((person) => person.name);
}

/** Each is refused by the compiler, for the types are Kysely's own. Never called. */
export function mistakes(): void {
  // @ts-expect-error there is no such table
  awaitlet(db.selectFrom("nowhere").selectAll().execute());
  // @ts-expect-error there is no such column
  awaitlet(db.selectFrom("person").select("colour").execute());
  // @ts-expect-error the name is no number
  awaitlet(db.insertInto("person").values({ name: 1 }).execute());
  // @ts-expect-error the kind is one of two
  awaitlet(db.updateTable("pet").set({ kind: "bird" }).execute());
}
