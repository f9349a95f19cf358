import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { isServerThere } from "../support/postgres.ts";
import { rejection, within } from "../support/within.ts";
import { countMessages } from "./messages.ts";
import { database, sql } from "./postgres_js/db.ts";

const queries = blockingModule<typeof import("./postgres_js/queries.ts")>(
  new URL("./postgres_js/queries.ts", import.meta.url),
);
const types = blockingModule<typeof import("./postgres_js/types.ts")>(
  new URL("./postgres_js/types.ts", import.meta.url),
);
const transactions = blockingModule<typeof import("./postgres_js/transactions.ts")>(
  new URL("./postgres_js/transactions.ts", import.meta.url),
);
const withUsing = blockingModule<typeof import("./postgres_js/using.ts")>(
  new URL("./postgres_js/using.ts", import.meta.url),
);

const suiteOfAll = suite("postgres.js in blocking code");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

test("set up", async () => {
  await database.setUp();
  await within(queries.setUpPeople());
  await within(transactions.setUpAccounts());
});

test("rows are inserted from plain objects, by sql(rows, …columns)", async () => {
  const people = await within(
    queries.insertPeople([
      { name: "ann", age: 30 },
      { name: "bob", age: 20 },
      { name: "Zoë", age: null },
    ]),
  );
  assert.equal(people, [
    { id: 1, name: "ann", age: 30 },
    { id: 2, name: "bob", age: 20 },
    { id: 3, name: "Zoë", age: null },
  ]);
});

test("fragments nest, and are put together in one round trip", async () => {
  const find = (filter: Parameters<typeof queries.findPeople>[0]) =>
    countMessages(() => within(queries.findPeople(filter)));
  const all = { value: ["ann", "bob", "Zoë"], roundTrips: 1, answers: 0 };
  assert.equal(await find({}), all);
  assert.equal(await find({ name: "ann" }), { ...all, value: ["ann"] });
  assert.equal(await find({ olderThan: 19 }), { ...all, value: ["ann", "bob"] });
  assert.equal(await find({ olderThan: 25, names: ["ann", "bob", "o'hara"] }), { ...all, value: ["ann"] });
  assert.equal(await find({ name: "'; drop table people; --" }), { ...all, value: [] });
});

test("columns and changes are named by sql(…)", async () => {
  assert.equal(await within(queries.pickColumns(["name", "age"])), [
    { name: "ann", age: 30 },
    { name: "bob", age: 20 },
  ]);
  assert.equal(await within(queries.updatePerson(2, { name: "bo", age: 21 })), {
    id: 2,
    name: "bo",
    age: 21,
  });
  assert.is(await within(queries.updatePerson(99, { age: 1 })), undefined);
});

test(".values(), .raw(), .unsafe(), .simple() and .describe() are what they are with await", async () => {
  assert.equal(await within(queries.asValues()), [
    ["ann", 30],
    ["bo", 21],
    ["Zoë", null],
  ]);
  assert.equal(await within(queries.asRaw()), { names: ["ann", "bo", "Zoë"], isBytes: true });
  assert.equal(await within(queries.unsafely()), [{ name: "ann" }, { name: "bo" }]);
  assert.equal(await within(queries.simply()), [[{ n: 1 }], [{ n: 2 }]]);
  assert.equal(await within(queries.describeQuery()), {
    columns: ["id", "name"],
    types: [23],
    text: "select id, name from people where age = $1",
  });
});

test("a fragment that stands twice is made once, a query that stands twice is sent once", async () => {
  assert.equal(await within(queries.sharedFragments()), { where: [{ n: 2 }], same: true });
});

test("queries in an array or object run at the same time, in one round trip", async () => {
  const { value, roundTrips } = await countMessages(() => within(queries.together()));
  assert.equal(value, { answers: [1, 2, 3], backends: 3 });
  assert.is(roundTrips, 1);
});

test("a result that is held tells its count and its command", async () => {
  const held = await within(queries.heldResult());
  assert.is(held.count, 3);
  assert.is(held.command, "UPDATE");
  assert.equal(Object.keys(held.first ?? {}), ["id", "name", "age"]);
});

test("a query that is written once is one template to the driver, which keeps each for ever", async () => {
  assert.equal(await within(queries.repeatTemplate(4)), [1, 1, 1, 1]);
});

test("values of each type come back as they went", async () => {
  const everything = {
    big: 9_007_199_254_740_993n,
    moment: new Date("2024-02-29T12:34:56.789Z"),
    document: { list: [1, 2, 3], nested: { text: "naïve ☃" } },
    bytes: new Uint8Array([0, 1, 254, 255]),
    numbers: [3, 1, 2],
    texts: ["a,b", 'quo"te', "", "{}"],
    yes: true,
    real: -0.1,
    nothing: null,
  };
  const row = await within(types.roundTrip(everything));
  assert.instance(row?.bytes, Uint8Array);
  assert.instance(row?.moment, Date);
  assert.equal({ ...row, bytes: new Uint8Array(row?.bytes ?? []) }, everything);
});

test("an error of the server is caught where it was awaited, with its code, its detail and both stacks", async () => {
  const seen = await within(types.violateUniqueness());
  assert.is(seen.isError, true);
  assert.is(seen.name, "PostgresError");
  assert.match(seen.message, 'duplicate key value violates unique constraint "only_one"');
  assert.is(seen.code, "23505");
  assert.is(seen.detail, "Key (name)=(ann) already exists.");
  assert.is(seen.constraint, "only_one");
  assert.match(seen.stack, /violateUniqueness/);
  assert.match(seen.stack, /postgres/);
  assert.is((await within(types.misspell())).code, "42601");
  assert.is((await within(types.passUndefined())).code, "UNDEFINED_VALUE");
});

test("one that is not caught rejects the task", async () => {
  const error = (await rejection(types.uncaught())) as Error & { code: string };
  assert.instance(error, Error);
  assert.is(error.name, "PostgresError");
  assert.is(error.code, "42P01");
});

test("begin() with a plain callback commits what returns", async () => {
  const { value, answers } = await countMessages(() => within(transactions.transfer("ann", "bob", 30)));
  assert.is(value, "ann gave bob 30");
  assert.is(answers, 1);
  assert.equal(await within(transactions.amounts()), { ann: 70, bob: 30 });
});

test("begin() rolls back what fails on the server, and what throws", async () => {
  const error = (await rejection(transactions.transfer("ann", "bob", 1000))) as Error & { code: string };
  assert.is(error.code, "23514");
  assert.equal(await within(transactions.refuse()), { caught: true, message: "too much", limit: 10 });
  assert.equal(await within(transactions.amounts()), { ann: 70, bob: 30 });
});

test("a savepoint is rolled back by itself", async () => {
  assert.equal(await within(transactions.savepoint()), ["23514", "kept"]);
  assert.equal(await within(transactions.amounts()), { ann: 71, bob: 31 });
});

test("several transactions at once, on one thread", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const names = ["carl", "dora", "emil", "fay", "gus", "hal"];
  assert.equal(await within(asyncDef.with({ threads })(transactions.atOnce, names)), names);
  await threads[Symbol.asyncDispose]();
  assert.is(Object.keys(await within(transactions.amounts())).length, 8);
});

test("tasks at once, each with transactions, on threads of their own", async () => {
  const some = Array.from({ length: 8 }, () => within(transactions.transfer("ann", "bob", 1)));
  await Promise.all(some);
  const { ann, bob } = await within(transactions.amounts());
  assert.equal([ann, bob], [63, 39]);
});

test("reserve() is held: one connection, until it is released", async () => {
  assert.equal(await within(transactions.reserve()), { backends: 1, kept: "kept" });
  assert.is(await within(transactions.useAfterDisposal()), "ReferenceReleased");
});

// Node 22 reads no `using`, and without tsx nothing rewrites it.
if (!process.versions.node.startsWith("22.")) {
  test("reserve() is held with `using`", async () => {
    assert.equal(await within(withUsing.reserve()), { backends: 1, afterwards: "ReferenceReleased" });
  });
}

test("a cursor calls a plain callback for each portion, and waits for it", async () => {
  assert.equal(await within(transactions.cursor(25, 10)), { portions: [10, 10, 5], sum: 325 });
  assert.equal(await within(transactions.cursorThatAwaits()), [2, 4, 6, 8, 10, 12]);
  assert.is(await within(transactions.cursorThatStops()), 30);
});

test("forEach() calls a plain callback for each row, before awaitlet() returns", async () => {
  assert.equal(await within(transactions.eachRow()), [1, 2, 3, 4, 5]);
});

test("no transaction is left open, and no connection reserved", async () => {
  const { max } = sql.options;
  const backends = await within(
    Promise.all(
      Array.from({ length: max }, async () => {
        const [row] = await sql`select pg_backend_pid() as pid, pg_sleep(0.2)`;
        return row?.pid as number;
      }),
    ),
  );
  assert.is(new Set(backends).size, max);
  const open = await sql`
    select state from pg_stat_activity where pid in ${sql(backends)} and state like 'idle in transaction%'`;
  assert.is(open.length, 0);
});

// The last one: the driver itself leaves the connection out of step, and gives the next query rows of the cursor.
test("what a cursor's callback throws is caught where the cursor was awaited", async () => {
  assert.is(await within(transactions.cursorThatThrows()), "RangeError: enough");
});

test("tear down", () => database.tearDown());

suiteOfAll.run();
