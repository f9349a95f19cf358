/** Blocking code over postgres.js as it stands: queries. */

import { asyncModule, awaitlet, hold } from "../../../mod.ts";

const { sql, countTemplates } = asyncModule<typeof import("./db.ts")>(new URL("./db.ts", import.meta.url));

export interface Person {
  id: number;
  name: string;
  age: number | null;
}

export function setUpPeople(): void {
  awaitlet(sql`drop table if exists people`);
  awaitlet(sql`create table people (id serial primary key, name text not null unique, age int)`);
}

export function insertPeople(people: { name: string; age: number | null }[]): Person[] {
  return awaitlet(sql<Person[]>`insert into people ${sql(people, "name", "age")} returning *`);
}

/** Fragments in fragments, chosen while the query is put together. */
export function findPeople(filter: { name?: string; olderThan?: number; names?: string[] }): string[] {
  const nothing = sql``;
  const older = filter.olderThan === undefined ? nothing : sql`and age > ${filter.olderThan}`;
  const named = filter.name === undefined ? sql`true` : sql`name = ${filter.name}`;
  const among = filter.names === undefined ? nothing : sql`and name in ${sql(filter.names)}`;
  const where = sql`where ${named} ${older} ${among}`;
  const people = awaitlet(sql<Person[]>`select * from ${sql("people")} ${where} order by id`);
  return people.map((person) => person.name);
}

export function pickColumns(columns: ("id" | "name" | "age")[]): Partial<Person>[] {
  return awaitlet(sql<Partial<Person>[]>`select ${sql(columns)} from people order by id limit 2`);
}

export function updatePerson(id: number, changes: { name?: string; age?: number }): Person | undefined {
  const [person] = awaitlet(sql<Person[]>`update people set ${sql(changes)} where id = ${id} returning *`);
  return person;
}

export function asValues(): unknown[][] {
  return awaitlet(sql`select name, age from people order by id`.values());
}

export function asRaw(): { names: string[]; isBytes: boolean } {
  const rows = awaitlet(sql`select name from people order by id`.raw());
  const names: string[] = [];
  for (let i = 0; i < rows.length; i++) names.push(new TextDecoder().decode(rows[i]?.[0]));
  return { names, isBytes: rows[0]?.[0] instanceof Uint8Array };
}

export function unsafely(): unknown {
  return awaitlet(sql.unsafe("select name from people where age > $1 order by id", [20]));
}

export function simply(): unknown[][] {
  return awaitlet(sql.unsafe<{ n: number }[][]>("select 1 as n; select 2 as n").simple());
}

export function describeQuery(): { columns: string[]; types: number[]; text: string } {
  const { columns, types, string } = awaitlet(sql`select id, name from people where age = ${1}`.describe());
  return { columns: columns.map((column) => column.name), types, text: string };
}

/** A fragment that stands twice in a query, and one query that stands twice in an array. */
export function sharedFragments(): { where: unknown[]; same: boolean } {
  const adult = sql`age >= ${18}`;
  const query = sql`select count(*)::int as n from people where ${adult} or (${adult} and ${adult})`;
  const [first, second] = awaitlet([query, query]);
  return { where: [...first], same: first === second };
}

/** As Promise.all does it: both queries are under way at once, on connections of their own. */
export function together(): { answers: unknown[]; backends: number } {
  const { one, rest } = awaitlet({
    one: sql<{ n: number; pid: number }[]>`select 1 as n, pg_backend_pid() as pid from pg_sleep(0.2)`,
    rest: [
      sql<{ n: number; pid: number }[]>`select 2 as n, pg_backend_pid() as pid from pg_sleep(0.2)`,
      sql<{ n: number; pid: number }[]>`select 3 as n, pg_backend_pid() as pid from pg_sleep(0.2)`,
    ],
  });
  const rows = [...one, ...rest.flat()];
  return { answers: rows.map((row) => row.n), backends: new Set(rows.map((row) => row.pid)).size };
}

/** What stands beside the rows of a result is not copied with them: `hold()` reaches it. */
export function heldResult(): { count: number; command: string; first: Person | undefined } {
  const result = hold(sql<Person[]>`update people set age = age returning *`);
  const [count, command, first] = awaitlet([result.count, result.command, result[0]]);
  result[Symbol.dispose]();
  return { count, command, first };
}

export function repeatTemplate(times: number): number[] {
  return Array.from({ length: times }, (_, i) => awaitlet(countTemplates`select ${i}`));
}
