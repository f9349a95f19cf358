import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { createAsyncEngine, createEngine, RowMismatch, sql } from "../../src/postgres/mod.ts";
import { runChild } from "../support/child.ts";
import { ask, isServerThere, onServer, url } from "../support/postgres.ts";
import { name, root, runsFile } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const logic = blockingModule<typeof import("./api/logic.ts")>(new URL("./api/logic.ts", import.meta.url));

const suiteOfAll = suite("postgres: the API");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;
const table = `awaitlet_api_${process.pid}_${name}`;

test("set up", async () => {
  await ask(`create table "${table}" (id integer primary key)`);
});

test("one row, or none, or an error", async () => {
  const [none, several] = ["NoResultFound", "MultipleResultsFound"];
  const row = { i: 1, ten: 10 };
  assert.equal(await within(logic.oneRow(url)), [
    [none, "nothing", none, "nothing", false, [undefined, undefined]],
    ["nothing", "nothing", "nothing", "nothing", [row, row, 1, 1], false],
    [several, several, several, several, false, false],
  ]);
  assert.equal(await within(logic.classes(url)), [true, true]);
});

test("rows are checked by a schema, and one that does not fit names row and column", async () => {
  const bob = "RowMismatch: read row 1, column born: Invalid input: expected date, received null";
  assert.equal(await within(logic.checked(url)), {
    one: { name: "ann", age: 30, born: 1994 },
    year: 1994,
    scalars: ["ann"],
    names: [{ name: "ann" }, { name: "bob" }, { name: "cy" }],
    first: { name: "ann", age: 30, born: 1994 },
    bob,
    iterated: bob,
    cy: "RowMismatch: read row 0, column age: Too small: expected number to be >=0",
    streamed: "RowMismatch: read row 2, column age: Too small: expected number to be >=0",
    typed: ["ANN", "BOB", "CY"],
    async: "TypeError: read row 0: the schema, of zod, answers with a promise; give one that checks at once",
    whole: "RowMismatch: read row 0: Invalid input: expected never, received object",
  });
});

test("transactions and savepoints, by function and by hand", async () => {
  assert.equal(await within(logic.nested(url, table)), [
    "UniqueViolation",
    "Error: commit a transaction: one of its statements had failed, so the server rolled it back; begin it again",
    "value",
    [1, 4, 5],
    [1, 4, 5, 6, 8],
    "Error: commit a transaction: none is open, or it has ended already; begin one first",
    [1, 4, 5, 6, 8],
    [1, 4, 5, 6, 8, 11],
  ]);
});

test("isolation, read only, deferrable", async () => {
  const usual = { isolation: "read committed", read_only: "off", deferrable: "off" };
  assert.equal(await within(logic.modes(url, table)), [
    usual,
    { isolation: "serializable", read_only: "on", deferrable: "on" },
    { ...usual, isolation: "repeatable read" },
    "DatabaseError: cannot execute INSERT in a read-only transaction",
    usual,
    6,
  ]);
});

test("a logger is shown the SQL, and apart from it the values", async () => {
  assert.equal(await within(logic.echoed(url)), [
    ["begin"],
    [
      "select $1::int, $2::text, $3::bytea, $4::int8, $5::int, $6::text",
      "1",
      '"a"',
      "<3 bytes>",
      "2",
      "null",
      `"${"x".repeat(199)}… (302 characters)`,
    ],
    ["savepoint awaitlet_1"],
    ["rollback to awaitlet_1; release awaitlet_1"],
    ["show application_name"],
    "echoing",
    ["commit"],
    ["begin read only"],
    ["savepoint awaitlet_1"],
    ["rollback"],
  ]);
});

test("statements that the server keeps", async () => {
  assert.equal(await within(logic.statements(url, `${table}_kept`)), [
    [{ a: 1 }],
    [{ a: 1, b: "b" }],
    [{ b: "b" }],
    [{ b: "b" }],
    (699 * 700) / 2,
    true,
    "TypeError: run a query: execute() does not copy; use copyFrom() or copyTo()",
    "TypeError: run a query: execute() does not copy; use copyFrom() or copyTo()",
    "ProgrammingError: run a query: there are several statements in the text; run each by itself, or all together by script()",
    "DatabaseError: bind message supplies 0 parameters, but prepared statement … requires 1",
    "RangeError: run a query: it has 65536 parameters, and Postgres takes at most 65535; send an array and unnest it, or use executeMany() or copyFrom()",
    [],
    1,
  ]);
});

test("options that there are not are refused, by name", async () => {
  for (const [options, message] of [
    [{ poolsize: 2 }, /^create an engine: there is no option "poolsize"; write "poolSize"\?/],
    [
      { connect_timeout: 5 },
      /^create an engine: there is no option "connect_timeout"; write "connectTimeout"\?/,
    ],
    [{ ssl: { caFile: "x" } }, /^create an engine: ssl: there is no option "caFile"/],
    [{ types: { point: { oid: 600 } } }, /^create an engine: the type "point": there is no option "oid"/],
    [null, /^create an engine: its options are null/],
  ] as [object, RegExp][]) {
    for (const create of [createEngine, createAsyncEngine]) {
      assert.throws(
        () => create(url, options),
        (error: unknown) => error instanceof TypeError && message.test(error.message),
      );
    }
  }
  assert.equal(await within(logic.misspelt(url)), [
    'TypeError: begin a transaction: there is no option "readonly"; write "readOnly"? (its options are deferrable, isolation, readOnly)',
    'TypeError: begin a transaction: there is no option "readonly"; write "readOnly"? (its options are deferrable, isolation, readOnly)',
    'TypeError: stream a query: there is no option "batchSize"; write "batch"? (its options are batch, schema)',
    'TypeError: listen: there is no option "timout"; write "timeout"? (its options are timeout)',
    'TypeError: lock: there is no option "share"; write "shared"? (its options are shared, wait)',
    1,
  ]);
});

test("of columns that have one name none is lost", async () => {
  const refused = `TypeError: read a row: several of its columns are called "label", and it could hold but one of them; name them apart by "as"`;
  assert.equal(await within(logic.sharedNames(url)), [refused, refused, "left", ["left"], 1]);
});

test("options out of range are refused", () => {
  for (const [options, message] of [
    [{ poolSize: 0 }, /^create an engine: poolSize is 0; it must be a whole number of at least 1$/],
    [{ poolSize: 1.5 }, /poolSize is 1\.5/],
    [
      { poolTimeout: -1 },
      /^create an engine: poolTimeout is -1; it must be a number of milliseconds from 0 to/,
    ],
    [{ reset: "all" as "none" }, /^create an engine: reset is "all"; use "discard" or "none"$/],
    [{ connectTimeout: Number.NaN }, /connectTimeout is NaN/],
    [{ statementTimeout: 2 ** 31 }, /statementTimeout is 2147483648/],
  ] as const) {
    assert.throws(() => createEngine(url, options), message);
    assert.throws(() => createAsyncEngine(url, options), message);
  }
});

test("on the loop: an engine, its blocking face, and runSync within its transaction", async () => {
  await using engine = createAsyncEngine(url, { poolSize: 1 });
  assert.is(await within(logic.withEngine(engine.engine, "word")), "word");
  const counted = await engine.begin(async (conn) => {
    await conn.execute(sql`insert into ${sql.id(table)} values (50)`);
    return await within(conn.runSync(logic.withConnection, table, 51));
  });
  assert.is(counted, 8);
  const error = await rejection(
    engine.begin(async (conn) => {
      await conn.runSync(logic.failWithConnection, table);
    }),
  );
  assert.instance(error, RangeError);
  await using conn = await engine.connect();
  assert.is((await conn.execute(sql`select count(*)::int from ${sql.id(table)}`)).scalar(), 8);
});

test("on the loop: transactions and savepoints", async () => {
  await using engine = createAsyncEngine(url, { poolSize: 1 });
  await using conn = await engine.connect();
  const add = (id: number) => conn.execute(sql`insert into ${sql.id(table)} values (${id})`);
  const ids = async () =>
    (await conn.execute(sql`select id from ${sql.id(table)} where id >= 60 order by id`)).scalars().all();
  const value = await conn.begin(async () => {
    await add(60);
    await rejection(
      conn.begin(async () => {
        await add(61);
        throw new Error("undo");
      }),
    );
    return "value";
  });
  assert.is(value, "value");
  {
    await using transaction = await conn.begin({ isolation: "serializable" });
    await add(62);
    await transaction.commit();
  }
  {
    await using _transaction = await conn.begin();
    await add(63);
  }
  await conn.begin();
  await add(64);
  await conn.rollback();
  assert.equal(await ids(), [60, 62]);
});

test("on the loop: queries that are asked for at once run in order, whatever comes of each", async () => {
  await using engine = createAsyncEngine(url, { poolSize: 1 });
  await using conn = await engine.connect();
  await conn.execute(sql`create temporary sequence turn`);
  const settled = await Promise.allSettled(
    Array.from({ length: 50 }, (_, i) =>
      i % 5 === 4
        ? conn.execute(sql`select 1 / ${0}::int`)
        : i % 7 === 3
          ? conn.execute(
              sql`select ${i}::int as i, nextval('pg_temp.turn')::int as turn, ${sql.raw(String(i))}`,
            )
          : conn.execute(sql`select ${i}::int as i, nextval('pg_temp.turn')::int as turn`),
    ),
  );
  let turn = 0;
  settled.forEach((each, i) => {
    if (i % 5 === 4) {
      assert.is(each.status === "rejected" && each.reason.code, "22012");
      return;
    }
    turn += 1;
    const row = each.status === "fulfilled" ? each.value.one() : each.reason;
    assert.is(row.i, i);
    assert.is(row.turn, turn);
  });
});

test("a schema's error keeps its class and fields on its way to the loop", async () => {
  await using engine = createAsyncEngine(url, { poolSize: 1 });
  const schema = {
    "~standard": {
      version: 1 as const,
      vendor: "ours",
      validate: () => ({ issues: [{ message: "no", path: [{ key: "a" }, "b"] }] }),
    },
  };
  await engine.begin(async (conn) => {
    const result = await conn.execute(sql`select 1 as a`, schema);
    try {
      result.all();
      assert.unreachable();
    } catch (error) {
      assert.instance(error, RowMismatch);
      assert.is((error as RowMismatch).message, "read row 0, column a.b: no");
      assert.is((error as RowMismatch).column, "a");
    }
  });
});

/** What the server runs for the tests of cancelling. */
async function sleepers(): Promise<number> {
  const rows = await ask(
    "select count(*)::int as n from pg_stat_activity where application_name = $1 and wait_event = 'PgSleep'",
    [table],
  );
  return Number(rows[0]?.n);
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await isSo())) {
    assert.ok(Date.now() < end, "it was not so after 10 s");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

onServer(test)(
  "a task that is aborted in a query: the server stops, and the connection goes on",
  async () => {
    for (const [fn, there] of [
      [logic.sleepAndGoOn, [1000]],
      [logic.sleepInTransaction, [1000]],
    ] as const) {
      const controller = new AbortController();
      const task = asyncDef.with({ signal: controller.signal })(fn, url, table);
      const rejected = rejection(task);
      await until(async () => (await sleepers()) === 1);
      const reason = new Error("enough");
      controller.abort(reason);
      assert.is(await within(rejected), reason);
      await until(async () => (await sleepers()) === 0);
      assert.equal(await within(logic.isPoolFree(url, table)), there);
    }
  },
);

onServer(test)(
  "a task that is aborted while it waits for a connection leaves the pool as it was",
  async () => {
    const holder = new AbortController();
    const holding = rejection(asyncDef.with({ signal: holder.signal })(logic.sleepInTransaction, url, table));
    await until(async () => (await sleepers()) === 1);
    const waiter = new AbortController();
    const waiting = rejection(asyncDef.with({ signal: waiter.signal })(logic.isPoolFree, url, table));
    await new Promise((resolve) => setTimeout(resolve, 100));
    waiter.abort(new Error("I go"));
    assert.is(((await within(waiting)) as Error).message, "I go");
    holder.abort(new Error("so do I"));
    assert.is(((await within(holding)) as Error).message, "so do I");
    assert.equal(await within(logic.isPoolFree(url, table)), [1000]);
  },
);

onServer(test)("aborted at any moment, no connection is lost and nothing is half done", async () => {
  for (let i = 0; i < 40; i++) {
    const controller = new AbortController();
    const task = asyncDef.with({ signal: controller.signal })(logic.isPoolFree, url, table);
    setTimeout(() => controller.abort(), i / 8);
    await within(Promise.allSettled([task]));
  }
  assert.equal(await within(logic.isPoolFree(url, table)), [1000]);
});

test("connections that are left in their pools keep no process alive", async () => {
  const file = join("test", "postgres", "api", "forgetful.ts");
  const { code, output, milliseconds } = await runChild([...runsFile(file), url], { cwd: root, seconds: 60 });
  assert.is(output, "blocking\nagain\nloop\ndisposed\n");
  assert.is(code, 0);
  // It would be ten seconds more, and takes far less on a machine that has nothing else to do.
  assert.ok(milliseconds < 9000, `it took ${milliseconds} ms`);
});

test("clear up", async () => {
  await within(logic.dispose(url, table));
  await ask(`drop table "${table}"`);
});

suiteOfAll.run();
