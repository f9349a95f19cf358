// Blocking code over it. Its types are Kysely's own.
import { asyncModule, awaitlet, iterate } from "../../mod.ts";

const { createTables, db, person } = asyncModule<typeof import("./db.ts")>(
  new URL("./db.ts", import.meta.url),
);

export function setUp(): void {
  awaitlet(createTables());
}

/** A transaction by a plain callback. What it returns is awaited by Kysely, which then commits. */
export function add(name: string, age: number | null, pets: string[]): string[] {
  const rows = awaitlet(
    db.transaction().execute((trx) => {
      const { id } = awaitlet(
        trx.insertInto("person").values({ name, age }).returning("id").executeTakeFirstOrThrow(),
      );
      const values = pets.map((pet) => ({ owner_id: id, name: pet }));
      return trx.insertInto("pet").values(values).returning("name").execute();
    }),
  );
  return rows.map((row) => row.name);
}

/** A chain is recorded, and run by one awaitlet(): one round trip to the loop, and one query. */
export function petsOf(name: string): string[] {
  const rows = awaitlet(
    db
      .selectFrom("person")
      .innerJoin("pet", "pet.owner_id", "person.id")
      .select("pet.name")
      .where("person.name", "=", name)
      .orderBy("pet.name")
      .execute(),
  );
  return rows.map((row) => row.name);
}

/** So is one that is put together step by step, with expressions in it. */
export function grownUps(names?: string[]): string[] {
  let query = db.selectFrom("person").select("name").orderBy("id");
  query = query.where(person.or([person("age", ">=", 18), person("age", "is", null)]));
  if (names !== undefined) query = query.where("name", "in", names);
  return awaitlet(query.execute()).map((row) => row.name);
}

/** A callback is called at once. Each use of what it is given is a round trip to the loop. */
export function pets(): { name: string; pets: unknown }[] {
  return awaitlet(
    db
      .selectFrom("person")
      .select((person) => [
        "name",
        person
          .selectFrom("pet")
          .select(({ fn }) => fn.countAll<string>().as("n"))
          .whereRef("pet.owner_id", "=", "person.id")
          .as("pets"),
      ])
      .orderBy("name")
      .execute(),
  ).map(({ name, pets }) => ({ name, pets }));
}

/** Several queries run at once, on as many connections. */
export function count(): { people: number; pets: number } {
  const { people, pets } = awaitlet({
    people: db.selectFrom("person").select(db.fn.countAll<string>().as("n")).executeTakeFirstOrThrow(),
    pets: db.selectFrom("pet").select(db.fn.countAll<string>().as("n")).executeTakeFirstOrThrow(),
  });
  return { people: Number(people.n), pets: Number(pets.n) };
}

/** A result that is too large to hold, read row by row. */
export function longestName(): string {
  let longest = "";
  for (const { name } of iterate(db.selectFrom("pet").select("name").stream())) {
    if (name.length > longest.length) longest = name;
  }
  return longest;
}
