import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { ask, isEmbedded, isServerThere, onServer, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const transactions = blockingModule<typeof import("./engine/transactions.ts")>(
  new URL("./engine/transactions.ts", import.meta.url),
);
const queries = blockingModule<typeof import("./engine/queries.ts")>(
  new URL("./engine/queries.ts", import.meta.url),
);
const failures = blockingModule<typeof import("./engine/failures.ts")>(
  new URL("./engine/failures.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: the blocking engine");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

// Other runtimes test against the same server at the same time.
const application = `awaitlet_engine_${process.pid}_${name}`;
const named = new URL(url);
if (!isEmbedded) named.searchParams.set("application_name", application);
const place = { url: named.href, table: application };

async function connectionCount(): Promise<unknown> {
  const rows = await ask("select count(*)::int as n from pg_stat_activity where application_name = $1", [
    application,
  ]);
  return rows[0]?.n;
}

test("set up", async () => {
  await within(transactions.setUp(place));
});

test("begin commits, and gives back what its function returns", async () => {
  assert.is(await within(transactions.addInTransaction(place, 1)), 1);
  assert.equal(await within(transactions.ids(place)), [1]);
  assert.is(await within(transactions.giveBackFunction(place)), 42);
});

test("begin rolls back when its function throws, and throws the very same", async () => {
  assert.is(await within(transactions.throwInTransaction(place, 2)), true);
  assert.equal(await within(transactions.ids(place)), [1]);
});

test("begin throws when the server rolls back what was to be committed", async () => {
  const error = (await rejection(transactions.swallowFailure(place, 3))) as Error;
  assert.match(
    error.message,
    /^commit a transaction: one of its statements had failed, so the server rolled/,
  );
  assert.equal(await within(transactions.ids(place)), [1]);
});

test("a connection is given back each time: one serves 20 transactions", async () => {
  const options = { poolSize: 1, poolTimeout: 1000 };
  assert.is((await within(transactions.manyTransactions({ ...place, options }, 20))).length, 1);
  await within(transactions.dispose({ ...place, options }));
});

test("blocking threads share one pool", async () => {
  const options = { poolSize: 2 };
  const all = await within(
    Promise.all(Array.from({ length: 6 }, () => transactions.manyTransactions({ ...place, options }, 4))),
  );
  const pids = new Set(all.flat());
  assert.ok(pids.size <= 2, `${pids.size} connections`);
  await within(transactions.dispose({ ...place, options }));
});

test("begin, commit and rollback by hand; closing rolls back", async () => {
  await within(transactions.byHand(place));
  await within(transactions.byText(place));
  assert.equal(await within(transactions.ids(place)), [1, 10, 12]);
});

test("what cannot be done to a connection says so", async () => {
  const said = await within(transactions.misuse(place));
  const expected = [
    /^commit a transaction: none is open/,
    /^commit a transaction: none is open, or it has ended already/,
    /^begin a savepoint: isolation, readOnly and deferrable belong to the transaction/,
    /^begin a savepoint: isolation, readOnly and deferrable belong to the transaction/,
    /^begin a transaction: there is no isolation level "chaos; drop table a"; use one of read uncommitted/,
    /^run a query: a string is no query; write it as sql`…`/,
    /^run a query: there are several statements in the text; .* script\(\)$/,
    /^use a connection: it was given back/,
    /^use a connection: it was given back/,
  ];
  assert.is(said.length, expected.length, said.join("\n"));
  expected.forEach((pattern, i) => {
    assert.match(said[i] as string, pattern);
  });
});

test("results", async () => {
  assert.equal(await within(queries.results(place.url)), {
    all: [
      { id: 1, data: "a" },
      { id: 2, data: "b" },
    ],
    first: { id: 1, data: "a" },
    iterated: ["a", "b"],
    scalars: [1, 2],
    firstScalar: 1,
    scalar: 1,
    rowCount: 2,
    columns: ["id", "data"],
    none: [[], undefined, undefined, undefined, 0, ["one"]],
  });
});

test("hostile names name what they say", async () => {
  const hostile = [
    'a"; drop table x; --',
    "Robert'); --",
    "$1",
    "été \u{1f600}",
    "a.b",
    "select",
    "__proto__",
  ];
  for (const word of hostile) {
    const table = `${word} ${process.pid} ${name}`;
    const [row] = (await within(queries.hostileNames(place.url, table, word))) as object[];
    assert.equal(Object.entries(row ?? {}), [[word, "x"]]);
  }
});

test("hostile values are values", async () => {
  const values = [
    "'; drop table x; --",
    "\\'; --",
    "$1",
    '"',
    "",
    "\u{1f600}\n\t",
    "{1,2}",
    "null",
    "x".repeat(1e5),
  ];
  assert.equal(await within(queries.echoes(place.url, values)), values);
});

test("values of all types", async () => {
  const { bytes, ...others } = (await within(queries.types(place.url))) as { bytes: Uint8Array };
  assert.equal(others, {
    int: 1,
    bool: true,
    null: null,
    date: new Date("2024-02-29T12:34:56.789Z"),
    array: [1, 2],
    json: { a: [1] },
  });
  assert.equal([...bytes], [0, 255]);
});

test("one statement at a time", async () => {
  const error = (await rejection(queries.twoStatements(place.url))) as { code?: string };
  assert.is(error.code, "42601");
});

test("an error of the server keeps its fields", async () => {
  assert.equal(await within(queries.violateUnique(place.url, "unique_ids")), {
    name: "UniqueViolation",
    code: "23505",
    severity: "ERROR",
    detail: "Key (id)=(7) already exists.",
    table: "unique_ids",
    constraint: "unique_ids_pkey",
    classes: [true, true, true, false],
  });
});

test("a pool of which all connections are in use says so in time, and goes on", async () => {
  const [said, again] = await within(failures.exhaust(place.url));
  assert.match(said as string, /all 1 connections of the pool were in use for 0\.2 s; give them back sooner/);
  assert.is(again, "again");
});

onServer(test)("a connection that is lost says so, and the next call has another", async () => {
  const said = await within(failures.lose(place.url));
  assert.is(said.length, 4, said.join("\n"));
  assert.match(said[0] as string, /terminating connection|was lost/);
  assert.match(
    said[1] as string,
    /^run a query: the connection to Postgres at \S+ was lost, and with it the trans/,
  );
  assert.is(said[2], "leave");
  assert.is(said[3], "again");
});

test("a thread that dies in a transaction leaves its connection to others", async () => {
  const error = (await rejection(failures.die(place.url))) as Error;
  assert.is(error.name, "ThreadDied");
  assert.is(await within(failures.liveOn(place.url)), "alive");
});

test("so does one that dies holding a connection", async () => {
  const error = (await rejection(failures.dieConnected(place.url))) as Error;
  assert.is(error.name, "ThreadDied");
  assert.is(await within(failures.liveOn(place.url)), "alive");
});

test("dispose closes the connections", async () => {
  await within(transactions.dispose(place));
  for (let i = 0; i < 50 && (await connectionCount()) !== 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.is(await connectionCount(), 0);
});

test("clear up", async () => {
  await ask(`drop table if exists "${application}"`);
});

suiteOfAll.run();
