/** Blocking code over Drizzle as it stands. Tables and operators come from the loop, as what is made of them stays there. */

import { asyncModule, awaitlet } from "../../../mod.ts";

const { and, count, db, desc, eq, gt, inArray, people, pets, sql } = asyncModule<typeof import("./db.ts")>(
  new URL("./db.ts", import.meta.url),
);

export interface Person {
  id: number;
  name: string;
  age: number | null;
  born: Date | null;
  tags: string[];
}

export function setUp(): void {
  awaitlet(
    db.execute(sql`create table people (
      id serial primary key, name text not null unique, age int, born timestamptz, tags jsonb not null default '[]')`),
  );
  awaitlet(
    db.execute(
      sql`create table pets (id serial primary key, owner_id int not null, name text not null, kind text)`,
    ),
  );
}

export function insertPeople(rows: Omit<Person, "id">[]): Person[] {
  return awaitlet(db.insert(people).values(rows).returning());
}

export function insertPets(rows: { ownerId: number; name: string; kind: string }[]): { id: number }[] {
  return awaitlet(db.insert(pets).values(rows).returning({ id: pets.id }));
}

export function petsOf(name: string): { pet: string; kind: string | null; age: number | null }[] {
  return awaitlet(
    db
      .select({ pet: pets.name, kind: pets.kind, age: people.age })
      .from(people)
      .innerJoin(pets, eq(pets.ownerId, people.id))
      .where(and(eq(people.name, name), gt(pets.id, 0)))
      .orderBy(desc(pets.name))
      .limit(10),
  );
}

/** A query within a query, and one that is put together step by step. */
export function owners(kind: string): string[] {
  const ids = db.select({ id: pets.ownerId }).from(pets).where(eq(pets.kind, kind));
  const query = db.select().from(people).$dynamic();
  return awaitlet(query.where(inArray(people.id, ids)).orderBy(people.id)).map((person) => person.name);
}

export function update(name: string, age: number): Person | undefined {
  const [person] = awaitlet(db.update(people).set({ age }).where(eq(people.name, name)).returning());
  return person;
}

export function findFirst(name: string): { id: number; tags: string[] } | undefined {
  return awaitlet(
    db.query.people.findFirst({
      columns: { id: true, tags: true },
      where: (person, { eq }) => eq(person.name, name),
    }),
  );
}

export function compile(): { sql: string; params: unknown[] } {
  return awaitlet(db.select({ id: people.id }).from(people).where(eq(people.name, "ann")).toSQL());
}

export function countBoth(): number[] {
  const [[first], [second]] = awaitlet([
    db.select({ n: count() }).from(people),
    db.select({ n: count() }).from(pets).where(sql`${pets.kind} = ${"cat"}`),
  ]);
  return [first?.n ?? -1, second?.n ?? -1];
}

export function insertTwice(name: string): { name: string; code: unknown; query: string } {
  try {
    awaitlet(db.insert(people).values({ name }));
  } catch (error) {
    const { cause, query } = error as Error & { cause: Error & { code: string }; query: string };
    return { name: cause.name, code: cause.code, query };
  }
  throw new Error("it was inserted twice");
}

/** A transaction by callback: `tx` is a reference. */
export function transactionByCallback(name: string, commit: boolean): string[] {
  return awaitlet(
    db.transaction((tx) => {
      awaitlet(tx.insert(people).values({ name }));
      if (!commit) throw new RangeError("thought better of it");
      return tx.select({ name: people.name }).from(people).where(eq(people.name, name));
    }),
  ).map((person) => person.name);
}

/** Each is refused by the compiler, for the types are Drizzle's own. Never called. */
export function mistakes(): void {
  // @ts-expect-error there is no such column
  awaitlet(db.select({ colour: people.colour }).from(people));
  // @ts-expect-error the name is no number
  awaitlet(db.insert(people).values({ name: 1 }));
  // @ts-expect-error nor is it compared with one
  awaitlet(db.select().from(people).where(eq(people.name, 1)));
}
