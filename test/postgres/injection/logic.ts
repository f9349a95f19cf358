import {
  type Connection,
  createEngine,
  type Engine,
  type EngineOptions,
  type Query,
  sql,
} from "../../../src/postgres/mod.ts";
import { hostileNames, hostileValues } from "./hostile.ts";

/** What every function here is given: a database of its own, in which all stands in one schema. */
export interface Place {
  readonly url: string;
  readonly options?: EngineOptions;
}

const engineOf = ({ url, options }: Place): Engine => createEngine(url, options);
const begin = <T>(place: Place, fn: (conn: Connection) => T): T => engineOf(place).begin(fn);

export function setUp(place: Place): void {
  begin(place, (conn) => {
    conn.execute(sql`create table sentinel (word text)`);
    conn.execute(sql`insert into sentinel values ('unharmed')`);
    conn.execute(
      sql`create table word (id int primary key, word text, words text[], doc jsonb, bytes bytea)`,
    );
  });
}

/** What must be there after all of it, and nothing else. */
export function remains(place: Place): unknown {
  return begin(place, (conn) => ({
    sentinel: conn.execute(sql`select word from sentinel`).all(),
    tables: conn
      .execute(sql`select table_name from information_schema.tables where table_schema = 'public' order by 1`)
      .scalars()
      .all(),
  }));
}

const utf8 = new TextEncoder();

/** Stores each word as every kind of value that can hold it; gives those that came back otherwise. */
export function storeValues(place: Place): string[] {
  return begin(place, (conn) => {
    hostileValues.forEach((word, id) => {
      const doc = Object.fromEntries([[word, [word]]]);
      conn.execute(
        sql`insert into word values (${id}, ${word}, ${[word, word]}, ${doc}, ${utf8.encode(word)})`,
      );
    });
    return hostileValues.filter((word, id) => !isUnharmed(conn, word, id));
  });
}

function isUnharmed(conn: Connection, word: string, id: number): boolean {
  const row = conn
    .execute<{ word: string; words: string[]; doc: object; bytes: Uint8Array }>(
      sql`select word, words, doc, bytes from word where id = ${id} and word = ${word} and ${word} = any (words)`,
    )
    .first();
  return (
    row !== undefined &&
    row.word === word &&
    JSON.stringify(row.words) === JSON.stringify([word, word]) &&
    JSON.stringify(Object.entries(row.doc)) === JSON.stringify([[word, [word]]]) &&
    new TextDecoder("utf-8", { ignoreBOM: true }).decode(row.bytes) === word
  );
}

/** The words as they cross to the loop, in one result. */
export function storedWords(place: Place): unknown[] {
  return begin(place, (conn) => conn.execute(sql`select word from word order by id`).scalars().all());
}

/** In fragments of fragments, and in a list. */
export function foundByFragments(place: Place): number {
  const conditions: Query[] = hostileValues.map((word) => sql`(${sql`word = ${word}`})`);
  return begin(
    place,
    (conn) => conn.execute(sql`select from word where ${sql.join(conditions, " or ")}`).rowCount,
  );
}

/** Stores the words by the ways in that are for many, reads them by the ways out; gives the ways on which any changed. */
export function byOtherWays(place: Place): string[] {
  const rows = hostileValues.map((word, id) => [id, word] as const);
  const waysIn: Record<string, (conn: Connection) => number> = {
    many: (conn) => conn.executeMany(([id, word]) => sql`insert into way values (${id}, ${word})`, rows),
    text: (conn) => conn.copyFrom(sql`copy way from stdin`, rows),
    csv: (conn) => conn.copyFrom(sql`copy way from stdin`, rows, { format: "csv" }),
  };
  const query = sql`select word from way order by id`;
  const waysOut: Record<string, (conn: Connection) => unknown[]> = {
    stream: (conn) => [...conn.stream<{ word: string }>(query, { batch: 7 })].map(({ word }) => word),
    text: (conn) => [...conn.copyTo(sql`copy (${query}) to stdout`).rows()].flat(),
    csv: (conn) => [...conn.copyTo(sql`copy (${query}) to stdout`, { format: "csv" }).rows()].flat(),
  };
  return begin(place, (conn) => {
    conn.execute(sql`create temporary table way (id int, word text)`);
    return Object.entries(waysIn).flatMap(([wayIn, store]) => {
      conn.execute(sql`truncate way`);
      if (store(conn) !== rows.length) return [wayIn];
      const isUnchanged = (words: unknown[]) => JSON.stringify(words) === JSON.stringify(hostileValues);
      return Object.entries(waysOut)
        .filter(([, read]) => !isUnchanged(read(conn)))
        .map(([wayOut]) => `${wayIn} to ${wayOut}`);
    });
  });
}

/** Sends each as a notification, on a channel of that name where it can be one, and hears it. */
export function notified(place: Place): string[] {
  const engine = engineOf(place);
  const payloads = hostileValues.filter((word) => word.length < 4000);
  return hostileNames.filter((channel, i) => {
    const payload = payloads[i] as string;
    using notifications = engine.listen(channel, { timeout: 10_000 });
    engine.begin((conn) => conn.notify(channel, payload));
    for (const heard of notifications) return heard.channel !== channel || heard.payload !== payload;
    return true;
  });
}

/** Names a table, its column, a schema and a column of a result; gives the names that went wrong. */
export function useNames(place: Place): string[] {
  const wrong: string[] = [];
  for (const word of hostileNames) {
    const row = begin(place, (conn) => {
      const [name, table] = [sql.id(word), sql.id("hostile", word)];
      conn.execute(sql`create schema hostile`);
      conn.execute(sql`create table ${table} (${isSystemColumn(word) ? sql.id("x") : name} text)`);
      conn.execute(sql`insert into ${table} values (${word})`);
      const found = conn.execute(sql`select * from ${table} as ${name}`);
      const renamed = conn.execute(sql`select * from ${table} as t (${name})`);
      const known = conn
        .execute(
          sql`select relname::text from pg_class where relnamespace = 'hostile'::regnamespace and relkind = 'r'`,
        )
        .scalars()
        .all();
      conn.execute(sql`drop schema hostile cascade`);
      return { known, found: found.all(), columns: renamed.columns, row: renamed.first() };
    });
    const isRight =
      row.known.length === 1 &&
      row.known[0] === word &&
      Object.values(row.found[0] ?? {})[0] === word &&
      row.columns.length === 1 &&
      row.columns[0] === word &&
      JSON.stringify(Object.entries(row.row ?? {})) === JSON.stringify([[word, word]]);
    if (!isRight) wrong.push(word);
  }
  return wrong;
}

/** No table can have such a column of its own. */
function isSystemColumn(word: string): boolean {
  return word === "ctid";
}

/** Schemas too, and roles of a session. */
export function useSchemas(place: Place): string[] {
  return hostileNames.filter((word) =>
    begin(place, (conn) => {
      if (["public", "pg_catalog"].includes(word)) return false;
      conn.execute(sql`create schema ${sql.id(word)}`);
      conn.execute(sql`create table ${sql.id(word, word)} ()`);
      conn.execute(sql`set local search_path to ${sql.id(word)}`);
      const current = conn.execute(sql`select current_schema()::text`).scalar();
      conn.execute(sql`drop schema ${sql.id(word)} cascade`);
      return current !== word;
    }),
  );
}

/** What is thrown for each of what is no query, or no value. */
export function misuse(place: Place): string[] {
  const hostile = "select 1; drop table sentinel";
  const forged = JSON.parse(JSON.stringify({ strings: [hostile], values: [], text: hostile })) as Query;
  return begin(place, (conn) =>
    [
      () => conn.execute(hostile as unknown as Query),
      () => conn.execute(forged),
      () => conn.execute([hostile] as unknown as Query),
      () => conn.execute({ text: hostile, values: [] } as unknown as Query),
      () => sql.join([hostile as unknown as Query]),
      () => sql`select ${[sql`1`]}`,
      () => conn.execute(sql`select ${{ a: sql`1` }}::jsonb`),
    ].map(messageOf),
  );
}

function messageOf(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "nothing was thrown";
}

/** What the server cannot store is refused, not changed; the connection goes on. */
export function impossible(place: Place): string[] {
  const words = ["a\0b", "\ud83d", "\ude00\ud83d", "a\ud800b"];
  return words.flatMap((word) => [
    messageOf(() => begin(place, (conn) => conn.execute(sql`select ${word}::text`).scalar())),
    messageOf(() => begin(place, (conn) => conn.execute(sql`select ${[word]}::text[]`).scalar())),
    messageOf(() => begin(place, (conn) => conn.execute(sql`select ${sql.id(word)}`))),
  ]);
}

/** A fragment that came from outside as JSON is a value. */
export function forgedFragment(place: Place): unknown {
  const forged: unknown = JSON.parse('{"strings":["drop table sentinel"],"values":[]}');
  return begin(place, (conn) => conn.execute(sql`select ${forged}::jsonb`).scalar());
}

export function dispose(place: Place): void {
  engineOf(place).dispose();
}
