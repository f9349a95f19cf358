import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import { isServerThere, ownDatabase } from "../support/postgres.ts";
import { within } from "../support/within.ts";
import { cases, UNICODE } from "./types/cases.ts";
import type { Outcome } from "./types/logic.ts";

const logic = blockingModule<typeof import("./types/logic.ts")>(new URL("./types/logic.ts", import.meta.url));

const suiteOfAll = suite("postgres: types");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;
const database = ownDatabase("types");

let outcomes: Outcome[] = [];

test("set up", async () => {
  await database.create();
  await within(logic.setUp(database.url));
  outcomes = await within(logic.run(database.url, cases, "UTC"));
  assert.is(outcomes.length, cases.length);
});

/** As `assert.equal()`, which takes 0 for -0, and a BigInt's absence for nothing. */
function same(actual: unknown, expected: unknown): void {
  assert.equal(actual, expected);
  assert.is(typeof actual, typeof expected);
  if (typeof expected === "number") assert.ok(Object.is(actual, expected), `${actual} is not ${expected}`);
}

cases.forEach((each, i) => {
  const shown = typeof each.value === "string" ? JSON.stringify(each.value).slice(0, 30) : each.text;
  test(`${each.type}: ${shown}${"sent" in each ? ", sent as another" : ""}`, () => {
    const { read, sent, back, array } = outcomes[i] as Outcome;
    same(read, each.value);
    same(back, each.value);
    same(sent[0], sent[1]);
    assert.equal(array, [each.value, null]);
  });
});

test("points in time are the same in any time zone of the session", async () => {
  const points = cases.filter(({ type }) => type.startsWith("time") || type === "date");
  assert.ok(points.length > 20);
  for (const zone of ["Asia/Kolkata", "America/New_York"]) {
    const there = await within(logic.run(database.url, points, zone));
    there.forEach(({ read, back, array }, i) => {
      const { value, type } = points[i] as (typeof points)[number];
      if (type === "timetz") return;
      same(read, value);
      same(back, value);
      assert.equal(array, [value, null]);
    });
  }
});

test("what cannot be sent as the type of its place is refused, by name of the place", async () => {
  const said = await within(logic.refusals(database.url));
  const expected: [name: string, message: RegExp][] = [
    [
      "TypeError",
      /^run a query: parameter \$1: it is an object, and its type there is not json; cast it to jsonb$/,
    ],
    [
      "TypeError",
      /^run a query: parameter \$1: it is an array, and its type there is none; cast it to an array type/,
    ],
    ["TypeError", /^run a query: parameter \$1: it is no array, and its type there is one; give an array/],
    [
      "TypeError",
      /^run a query: parameter \$1: it is bytes, and its type there is not bytea; cast it to bytea$/,
    ],
    ["RangeError", /^run a query: parameter \$1: the date is invalid$/],
    ["TypeError", /^run a query: parameter \$1: it holds undefined; write null for SQL's null$/],
    ["DataError", /^invalid input syntax for type integer: "1\.5"$/],
    ["DataError", /^value "9007199254740992" is out of range for type integer$/],
    ["DataError", /^invalid byte sequence for encoding "UTF8": 0x00$/],
    ["TypeError", /^run a query: parameter \$1: .*(circular|cyclic)/i],
    ["TypeError", /^run a query: parameter \$1: .*BigInt/],
    ["string", /^alive$/],
  ];
  assert.is(said.length, expected.length);
  said.forEach(([name, message], i) => {
    const [expectedName, pattern] = expected[i] as [string, RegExp];
    assert.match(message, pattern);
    assert.is(name, expectedName, message);
  });
});

test("a point in time that no Date can hold is not made another", async () => {
  assert.match(
    await within(logic.beyondDates(database.url)),
    /^read column far: the point in time is beyond what a Date can hold; cast it to text$/,
  );
});

test("types of one's own are written and read, alone, in arrays and in streams", async () => {
  const rows = [
    { id: 1n, at: { x: 1, y: -2.5 }, path: [{ x: 0, y: 0 }], cost: 12.5 },
    { id: 2n, at: { x: 0, y: 0 }, path: [], cost: -0.01 },
    { id: 3n, at: null, path: null, cost: null },
  ];
  assert.equal(await within(logic.custom(database.url)), [rows, rows]);
});

test("the loop reads and writes the same", async () => {
  await using engine = createAsyncEngine(database.url, { poolSize: 1 });
  await engine.begin(async (conn) => {
    for (const { type, value } of cases.filter((each) => !("sent" in each))) {
      same((await conn.execute(sql`select ${value}::${sql.raw(type)}`)).scalar(), value);
    }
  });
});

test("a long text, and one of many parts", async () => {
  await using engine = createAsyncEngine(database.url, { poolSize: 1 });
  await engine.begin(async (conn) => {
    for (const text of [
      "x".repeat(1e6),
      UNICODE.repeat(2000),
      "é".repeat(33),
      "a".repeat(65),
      `${"a".repeat(63)}é`,
    ]) {
      assert.is((await conn.execute(sql`select ${text}::text`)).scalar(), text);
    }
    const words = Array.from({ length: 3000 }, (_, i) =>
      `${i} ${UNICODE.slice(0, i % UNICODE.length)}`.toWellFormed(),
    );
    const rows = (
      await conn.execute<{ word: string }>(sql`select word from unnest(${words}::text[]) as word`)
    ).all();
    assert.equal(
      rows.map(({ word }) => word),
      words,
    );
  });
});

test("clear up", async () => {
  await within(logic.dispose(database.url));
  await database.drop();
});

suiteOfAll.run();
