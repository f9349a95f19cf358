// Blocking code over it. Its types are Drizzle's own.
import { asyncModule, awaitlet } from "../../mod.ts";

const { and, asc, count, createTables, db, eq, gte, inArray, isNull, or, people, pets } = asyncModule<
  typeof import("./db.ts")
>(new URL("./db.ts", import.meta.url));

export function setUp(): void {
  awaitlet(createTables());
}

/** A transaction by a plain callback. What it returns is awaited by Drizzle, which then commits. */
export function add(name: string, age: number | null, petNames: string[]): string[] {
  const rows = awaitlet(
    db.transaction((tx) => {
      const [person] = awaitlet(tx.insert(people).values({ name, age }).returning());
      if (person === undefined) throw new Error(`${name} was not inserted`);
      const values = petNames.map((pet) => ({ ownerId: person.id, name: pet }));
      return tx.insert(pets).values(values).returning({ name: pets.name });
    }),
  );
  return rows.map((row) => row.name);
}

/** A chain is recorded, operators and all, and run by one awaitlet(): one round trip, and one query. */
export function petsOf(name: string): string[] {
  const rows = awaitlet(
    db
      .select({ name: pets.name })
      .from(people)
      .innerJoin(pets, eq(pets.ownerId, people.id))
      .where(eq(people.name, name))
      .orderBy(asc(pets.name)),
  );
  return rows.map((row) => row.name);
}

/** So is one that is put together step by step. */
export function grownUps(names?: string[]): string[] {
  const isGrownUp = or(gte(people.age, 18), isNull(people.age));
  const query = db.select().from(people).$dynamic();
  const rows = awaitlet(
    query.where(names === undefined ? isGrownUp : and(isGrownUp, inArray(people.name, names))),
  );
  return rows.map((row) => row.name);
}

/** A relational query: a person, with its pets. */
export function find(name: string): { name: string; pets: { name: string }[] } | undefined {
  return awaitlet(
    db.query.people.findFirst({
      columns: { name: true },
      with: { pets: { columns: { name: true } } },
      where: eq(people.name, name),
    }),
  );
}

/** Several queries run at once, on as many connections. */
export function counts(): { people: number; pets: number } {
  const [[a], [b]] = awaitlet([db.select({ n: count() }).from(people), db.select({ n: count() }).from(pets)]);
  return { people: a?.n ?? 0, pets: b?.n ?? 0 };
}

/** What the server refuses comes with the server's own error as its cause. */
export function addTwice(name: string): string {
  try {
    awaitlet(db.insert(people).values({ name }));
    return "it was not there before";
  } catch (error) {
    const { cause } = error as Error & { cause: { code: string } };
    return `refused: ${cause.code}`;
  }
}
