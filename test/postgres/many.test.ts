import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql, UniqueViolation } from "../../src/postgres/mod.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const inserting = blockingModule<typeof import("./many/inserting.ts")>(
  new URL("./many/inserting.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: executeMany");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;
const place = { url, table: `awaitlet_many_${process.pid}_${name}` };
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

test("set up", async () => {
  await within(inserting.setUp(place));
});

test("every row once, however many", async () => {
  for (const count of [0, 1, 2, 999, 1000, 1001, 2500]) {
    const sum = (count * (count - 1)) / 2;
    assert.equal(await within(inserting.insertAll(place, upTo(count))), { told: count, count, sum });
  }
});

test("texts that differ, within a transaction", async () => {
  assert.equal(await within(inserting.mixed(place)), [
    5,
    [0, 1, 2, 3],
    [
      { id: 2, data: "it's" },
      { id: 3, data: "it's" },
    ],
  ]);
});

test("statements that need those before them, and more texts than the server keeps", async () => {
  assert.equal(await within(inserting.buildUp(place)), [12, 1200, 6 + (1199 * 1200) / 2]);
});

test("all or nothing: an error names the row, and the transaction around goes on", async () => {
  for (const [count, bad] of [
    [1, 0],
    [10, 7],
    [2500, 1700],
  ] as const) {
    const { stack, message, ...rest } = (await within(inserting.fails(place, count, bad))) as {
      stack: string;
      message: string;
    };
    assert.equal(rest, { rows: [1_000_000], name: "UniqueViolation", row: bad });
    assert.match(
      message,
      new RegExp(`^run the statement of row ${bad}: duplicate key value violates unique`),
    );
    assert.ok(stack.includes(message), stack);
  }
});

test("what the rows throw, and what makes queries of them", async () => {
  const said = await within(inserting.throws(place));
  assert.equal((said as unknown[]).slice(0, 4), ["no more rows", 0, "no query", 0]);
  assert.match(String((said as unknown[])[4]), /^run a query: a string is no query; write it as/);
});

test("the same on the loop, from sync and async rows", async () => {
  await using engine = createAsyncEngine(url);
  await using conn = await engine.connect();
  const table = sql.id(place.table);
  const insert = (id: number) => sql`insert into ${table} values (${id}, ${"a"})`;
  await conn.execute(sql`truncate ${table}`);
  async function* rows() {
    yield* upTo(1500);
  }
  assert.is(await conn.executeMany(insert, rows()), 1500);
  assert.is(await conn.executeMany(insert, [2000, 2001]), 2);
  const error = await rejection(conn.executeMany(insert, [3000, 2000]));
  assert.instance(error, UniqueViolation);
  assert.is((error as UniqueViolation).row, 1);
  assert.is((await conn.execute(sql`select count(*)::int from ${table}`)).scalar(), 1502);
});

test("clear up", async () => {
  await within(inserting.tearDown(place));
});

suiteOfAll.run();
