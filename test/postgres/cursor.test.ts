import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import { runChild } from "../support/child.ts";
import { isServerThere, onServer, url } from "../support/postgres.ts";
import { root, runsFile, name as runtime } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const reading = blockingModule<typeof import("./cursor/reading.ts")>(
  new URL("./cursor/reading.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: streams over cursors");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

for (const inTransaction of [true, false]) {
  const where = inTransaction ? "in a transaction" : "outside a transaction";

  test(`${where}: all rows, whatever the batch`, async () => {
    for (const batch of [1, 3, 10, 11, 1000]) {
      const sum = [55, { i: 10, name: "x10" }, "again"];
      assert.equal(await within(reading.all(url, 10, batch, inTransaction)), sum);
    }
    assert.equal(await within(reading.all(url, 0, 10, inTransaction)), [0, undefined, "again"]);
    assert.equal(await within(reading.all(url, 2500, 1000, inTransaction)), [
      3126250,
      { i: 2500, name: "x2500" },
      "again",
    ]);
  });

  for (const by of ["break", "return", "throw"] as const) {
    test(`${where}: a loop that is left by ${by} closes the cursor, and goes on`, async () => {
      assert.equal(await within(reading.leave(url, by, inTransaction)), {
        said: by === "throw" ? "enough" : undefined,
        cursors: 0,
        isOpen: inTransaction,
      });
    });
  }
}

test("in a transaction other statements and streams may run meanwhile", async () => {
  assert.equal(await within(reading.interleave(url)), [
    [1, 1, 2, 1, 2, 3, 1, 2, 3, 4, 1, 2, 3, 4, 5],
    [1, 2, 3, 4, 5],
  ]);
});

test("outside a transaction they are refused, until the loop is left", async () => {
  const said = await within(reading.occupied(url));
  assert.is(said.length, 4);
  for (const message of said.slice(0, 3)) {
    assert.match(
      message,
      /^use a connection: a stream outside a transaction is being read on it; begin a tran/,
    );
  }
  assert.is(said[3], "done");
});

test("what the query does is committed", async () => {
  assert.is(await within(reading.effects(url, "stream_effects")), true);
});

test("a query that fails, at once or at a row, and the connection goes on", async () => {
  assert.equal(await within(reading.failing(url)), [
    ["ProgrammingError", "42703", 0],
    "again",
    ["DataError", "22012", 20],
    "again",
    ["TypeError", undefined, 0],
    "again",
  ]);
});

test("a transaction that ends within: told, and the next one unharmed", async () => {
  assert.equal(await within(reading.endWithin(url)), [
    1,
    2,
    3,
    4,
    "read a stream: the transaction that it belongs to has ended; read it to its end first",
    "well",
  ]);
});

test("a stream that is abandoned with its connection", async () => {
  assert.is(await within(reading.abandon(url)), 0);
});

onServer(test)("a task that waits for a row can be cancelled", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const task = asyncDef.with({ signal: controller.signal })(reading.slow, url);
  setTimeout(() => controller.abort(reason), 300);
  assert.is(await rejection(task), reason);
});

test("a batch that is none is refused", async () => {
  for (const said of await within(reading.misuse(url))) {
    assert.match(
      said,
      /^RangeError stream a query: batch is .*; it must be a whole number of rows, at least 1$/,
    );
  }
});

test("echo shows what streams, copies, locks and those who listen send", async () => {
  const shown: [string, readonly string[]][] = [];
  const echo = (text: string, values: readonly string[]) => void shown.push([text, values]);
  await using engine = createAsyncEngine(url, { echo });
  await using conn = await engine.connect();
  for await (const _ of conn.stream(sql`select ${7}::int`));
  await conn.execute(sql`create temporary table echoed (i int)`);
  await conn.executeMany((i) => sql`insert into echoed values (${i})`, [8, 9]);
  await conn.copyFrom(sql`copy echoed from stdin`, [[10]]);
  for await (const _ of conn.copyTo(sql`copy echoed to stdout`));
  await (await conn.advisoryLock("echoed")).release();
  await (await engine.listen("echoed")).close();
  assert.equal(shown, [
    ["begin", []],
    ["select $1::int", ["7"]],
    ["commit", []],
    ["create temporary table echoed (i int)", []],
    ["begin", []],
    ["insert into echoed values ($1)", ["8"]],
    ["insert into echoed values ($1)", ["9"]],
    ["commit", []],
    ["copy echoed from stdin", []],
    ["copy echoed to stdout", []],
    ["select pg_advisory_lock(hashtextextended($1::text, 0))", ['"echoed"']],
    ["select pg_advisory_unlock(hashtextextended($1::text, 0))", ['"echoed"']],
    ['listen "echoed"', []],
  ]);
});

test("the same on the loop", async () => {
  await using engine = createAsyncEngine(url);
  await using conn = await engine.connect();
  const query = sql`select i from generate_series(1, 25) i`;
  let sum = 0;
  for await (const { i } of conn.stream<{ i: number }>(query, { batch: 10 })) {
    sum += i;
    assert.match(
      String(await rejection(conn.execute(sql`select 1`))),
      /a stream outside a transaction is being/,
    );
  }
  assert.is(sum, 325);
  await conn.begin(async () => {
    for await (const { i } of conn.stream<{ i: number }>(query, { batch: 10 })) {
      assert.is((await conn.execute(sql`select ${i}::int`)).scalar(), i);
      if (i === 12) break;
    }
    assert.is(
      (await conn.execute(sql`select count(*)::int from pg_cursors where name like 'awaitlet%'`)).scalar(),
      0,
    );
  });
});

onServer(test)("a million rows, in flat memory", async () => {
  const [program, ...args] = runsFile("test/postgres/cursor/million.ts");
  if (runtime === "node") args.unshift("--max-semi-space-size=1");
  if (runtime === "deno") args.splice(1, 0, "--v8-flags=--max-semi-space-size=1");
  const { stdout, output } = await runChild([program, ...args, url], { cwd: root, seconds: 90 });
  assert.match(stdout, /^\{/, output);
  const { rows, grown } = JSON.parse(stdout);
  assert.equal(rows, [1_000_000, 500_000_500_000]);
  assert.ok(grown < 80, `grown by ${grown} MiB`);
});

suiteOfAll.run();
