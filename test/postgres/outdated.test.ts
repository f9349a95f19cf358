import { inspect } from "node:util";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { postgres } from "../../deps.ts";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import { isServerThere, ownDatabase } from "../support/postgres.ts";
import { within } from "../support/within.ts";
import type { Way } from "./outdated/logic.ts";

const module = blockingModule<typeof import("./outdated/logic.ts")>(
  new URL("./outdated/logic.ts", import.meta.url),
);
// One thread: an engine lives on its own.
const threads = new BlockingThreads({ min: 1, max: 1 });
const on = asyncDef.with({ threads });

const suiteOfAll = suite("postgres: statements that outlive their schema");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const database = ownDatabase("outdated");
const { url } = database;
let client: postgres.Sql;
/** By another client, of which the engines of this process see nothing. */
const elsewhere = (text: string) => client.unsafe(text);

test("set up", async () => {
  await database.create();
  client = postgres(url, { max: 1, onnotice() {} });
  await elsewhere(`alter database ${new URL(url).pathname.slice(1)} set timezone to 'Asia/Tokyo'`);
});

const at = new Date("2024-02-29T12:34:56.789Z");

/** What a column was, what it becomes, and what is stored before and then. */
const alterations: [before: string, after: string, first: unknown, values: unknown[]][] = [
  ["integer", "bigint", 1, [2 ** 40, 7, "8", 9n]],
  ["integer", "text", 1, ["abc", "007", 7]],
  ["integer", "numeric", 1, [1.5, "2.50", 10n ** 20n]],
  ["integer", "jsonb", 1, ["abc", { a: 1 }, [1, 2], 3]],
  ["bigint", "integer", 1, [2 ** 40, 5, 1.5]],
  ["numeric", "integer", "1.5", ["1.5", 1.5, 2]],
  ["numeric", "text", 1, ["1e3", "abc", 1.5]],
  ["real", "double precision", 0.5, [0.1, 1e300, 3]],
  ["double precision", "numeric", 0.5, [0.1 + 0.2, 1e21, 2 ** 53 - 1]],
  ["double precision", "text", 0.5, [1e-7, "x"]],
  ["text", "jsonb", "a", ["abc", "123", '"q"', { a: 1 }]],
  ["text", "integer", "1", ["12", 3, "x"]],
  ["text", "bytea", "a", [new Uint8Array([1, 2, 255])]],
  ["text", "timestamptz", "a", [at]],
  ["json", "text", "a", ["abc", 'say "hi"']],
  ["jsonb", "text", "a", ["abc"]],
  ["timestamp", "timestamptz", at, [at, "2024-01-01 10:00"]],
  ["timestamptz", "timestamp", at, [at, "2024-01-01 10:00+02"]],
  ["date", "timestamptz", at, [at, "2024-01-01", "2024-01-01 10:00"]],
  ["date", "timestamp", at, [at]],
  ["date", "text", "2024-01-01", ["2024-1-1", "hello", at]],
  ["timestamp", "date", at, [at]],
  ["timestamptz", "text", at, [at, "x"]],
  ["character(8)", "text", "a", ["ab  "]],
  ["name", "text", "a", ["n".repeat(100)]],
  ['"char"', "text", "a", ["abc"]],
  ["boolean", "text", true, ["yes", true]],
  ["interval", "text", "1 day", ["36 hours"]],
  ["uuid", "text", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", ["{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", "x"]],
  ["integer[]", "text[]", [1], [["a", null], ["007"], [7]]],
  ["integer[]", "bigint[]", [1], [[2 ** 40, 1]]],
  ["real[]", "double precision[]", [0.5], [[0.1]]],
  ["timestamp[]", "timestamptz[]", [at], [[at]]],
  ["bytea", "text", new Uint8Array([1]), ["abc"]],
  ["inet", "text", "10.0.0.1", ["010.0.0.1", "10.0.0.1/32"]],
];

const cast: Record<string, string> = {
  jsonb: "to_jsonb(value)",
  bytea: "null",
  "text>timestamptz": "null",
  "text>jsonb": "to_jsonb(value)",
};

let lastTable = 0;

/** What each value becomes by a new connection. */
const rights = new Map<string, string | null>();

for (const way of ["execute", "many", "transaction", "savepoint", "late"] satisfies Way[]) {
  test(`each value is stored, or refused, as by a new connection: ${way}`, async () => {
    const wrong: unknown[] = [];
    for (const [before, after, first, values] of alterations) {
      // All values once; the other ways do for one what they do for another.
      for (const value of way === "execute" ? values : values.slice(0, 1)) {
        const table = `altered_${++lastTable}`;
        await elsewhere(`create table ${table} (id serial, value ${before})`);
        await within(on(module.store, url, table, way, first));
        const using = cast[`${before}>${after}`] ?? cast[after] ?? `value::${after}`;
        await elsewhere(`alter table ${table} alter value type ${after} using ${using}`);
        const now = await within(on(module.stored, url, table, way, value, false));
        const key = inspect([before, after, value]);
        const right =
          rights.get(key) ?? (await within(on(module.stored, url, table, "execute", value, true)));
        rights.set(key, right);
        // A second time: an error may not stay either.
        const then = await within(on(module.stored, url, table, way, value, false));
        // Where something has been done in the transaction, the server's refusal can only be passed on.
        const isTold = way === "late" && /^(Data|Programming)Error: /.test(now ?? "");
        if ((now !== right && !isTold) || then !== right) wrong.push({ key, now, then, right });
      }
    }
    assert.equal(wrong, []);
  });
}

/** A table that two statements know, of which the second may have another in its place. */
async function createTenants(): Promise<void> {
  for (const [tenant, type, value] of [
    ["one", "integer", 1],
    ["two", "text", "'two'"],
    ["three", "timestamp", "'2024-01-01 12:00'"],
    ["four", "timestamptz", "'2024-01-01 12:00Z'"],
  ]) {
    await elsewhere(`create schema ${tenant}; create table ${tenant}.note (id serial, value ${type})`);
    await elsewhere(`insert into ${tenant}.note (value) values (${value})`);
  }
}

test("another tenant's schema, by each way to set the search path", async () => {
  await createTenants();
  const changes: string[] = [];
  const stored = (value: unknown) => within(on(module.storedAfter, url, changes, "note", value));
  const set = (text: string) => changes.push(text);
  set("set search_path to one");
  assert.is(await stored(7), "7");
  set("set search_path to two");
  assert.is(await stored("007"), "007");
  set("select set_config('search_path', 'three', false)");
  assert.is(await stored(at), "2024-02-29 12:34:56.789");
  set("set schema 'four'");
  assert.is(await stored(at), "2024-02-29 21:34:56.789+09");
  set("discard all");
  set("create temporary table note (id serial, value boolean)");
  assert.is(await stored(true), "true");
  set("drop table note");
  set("set search_path to two");
  assert.is(await stored("yes"), "yes");
});

test("a search path that ends with its transaction", async () => {
  assert.equal(await within(on(module.localPath, url)), [
    ["1", "7"],
    ["2024-01-01 12:00:00", "2024-02-29 12:34:56.789"],
    ["1", "7", "8"],
  ]);
});

test("statements, streams, COPY and many after each thing that a server forgets them for", async () => {
  await elsewhere("create table kept (id integer, word text); insert into kept values (1, 'a'), (2, 'b')");
  const before = await within(on(module.read, url, "kept"));
  for (const text of ["deallocate all", "discard all", "discard plans", "set search_path to public"]) {
    await within(on(module.runOn, url, text));
    assert.equal(await within(on(module.read, url, "kept")), before, text);
  }
  await elsewhere("alter table kept add fresh integer default 7");
  const fresh = [
    { id: 1, word: "a", fresh: 7 },
    { id: 2, word: "b", fresh: 7 },
  ];
  assert.equal(await within(on(module.read, url, "kept")), {
    rows: fresh,
    streamed: fresh,
    inTransaction: fresh,
    copied: [
      ["1", "a", "7"],
      ["2", "b", "7"],
    ],
    counted: 2,
  });
  await elsewhere("alter table kept drop word, alter fresh type text using 'seven'");
  const seven = [
    { id: 1, fresh: "seven" },
    { id: 2, fresh: "seven" },
  ];
  const now = (await within(on(module.read, url, "kept"))) as Record<string, unknown>;
  assert.equal([now.rows, now.streamed, now.inTransaction], [seven, seven, seven]);
});

test("a new enum of the same name, and new words in it", async () => {
  await elsewhere("create type mood as enum ('sad'); create table moods (id serial, value mood)");
  const stored = (value: unknown) => within(on(module.stored, url, "moods", "execute", value, false));
  assert.is(await stored("sad"), "sad");
  await elsewhere("alter type mood add value 'happy'");
  assert.is(await stored("happy"), "happy");
  await elsewhere(
    "alter table moods alter value type text; drop type mood; create type mood as enum ('new')",
  );
  await elsewhere("truncate moods; alter table moods alter value type mood using value::mood");
  assert.is(await stored("new"), "new");
});

test("a table that was dropped and made anew", async () => {
  await elsewhere("create table anew (id serial, value integer)");
  const stored = (value: unknown) => within(on(module.stored, url, "anew", "many", value, false));
  assert.is(await stored(1), "1");
  await elsewhere("drop table anew");
  assert.match(String(await stored(1)), /^ProgrammingError: .*relation "anew" does not exist$/);
  await elsewhere("create table anew (id serial, value jsonb)");
  assert.is(await stored("1"), '"1"');
});

test("on the loop, many at once", async () => {
  await using engine = createAsyncEngine(url, { poolSize: 1 });
  await using conn = await engine.connect();
  await elsewhere("create table crowd (value integer)");
  const insert = (value: unknown) => conn.execute(sql`insert into crowd values (${value})`);
  await insert(1);
  await elsewhere("alter table crowd alter value type text");
  await Promise.all([insert("one"), insert(2), insert("03"), conn.execute(sql`deallocate all`), insert("4")]);
  const values = (await conn.execute(sql`select value from crowd order by 1`)).scalars().all();
  assert.equal(values, ["03", "1", "2", "4", "one"]);
});

test("clear up", async () => {
  await client.end();
  await within(on(module.dispose));
  await threads.terminate();
  await database.drop();
});

suiteOfAll.run();
