import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { isServerThere } from "../support/postgres.ts";
import { within } from "../support/within.ts";
import { counter, once } from "./counted.ts";
import { database, sent } from "./kysely/db.ts";

const logic = blockingModule<typeof import("./kysely/logic.ts")>(
  new URL("./kysely/logic.ts", import.meta.url),
);

const suiteOfAll = suite("Kysely in blocking code");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const counted = counter(sent);

test("set up", async () => {
  await database.setUp();
  await within(logic.setUp());
});

test("rows are inserted, and come back by the types of the table", async () => {
  const born = new Date("1994-05-06T07:08:09.123Z");
  assert.equal(await counted(() => logic.insertPerson("ann", 30, born)), { value: 1, ...once });
  assert.is(await within(logic.insertPerson("bob", 7, null)), 2);
  assert.is(await within(logic.insertPerson("Zoë", null, null)), 3);
  assert.equal(await within(logic.bornOf("ann")), born);
  assert.is(await within(logic.bornOf("bob")), null);
  const pets = [
    { owner_id: 1, name: "Mog", kind: "cat" as const },
    { owner_id: 1, name: "Rex", kind: "dog" as const },
    { owner_id: 3, name: "Tib", kind: "cat" as const },
  ];
  assert.equal(await counted(() => logic.insertPets(pets)), { value: 3n, ...once });
});

test("a chain of nine calls is one round trip, and one query", async () => {
  assert.equal(await counted(() => logic.petsOf("ann")), {
    value: [
      { pet: "Rex", kind: "dog", age: 30 },
      { pet: "Mog", kind: "cat", age: 30 },
    ],
    ...once,
  });
});

test("so is one that is put together step by step, with expressions in it", async () => {
  assert.equal(await counted(() => logic.find({})), { value: ["ann", "bob", "Zoë"], ...once });
  assert.equal(await counted(() => logic.find({ grown: true })), { value: ["ann", "Zoë"], ...once });
  assert.equal(await counted(() => logic.find({ names: ["ann", "bob", "'"], grown: true })), {
    value: ["ann"],
    ...once,
  });
});

test("and one with a query in it", async () => {
  assert.equal(await counted(() => logic.owners("cat")), { value: ["ann", "Zoë"], ...once });
  assert.equal(await counted(() => logic.owners("dog")), { value: ["ann"], ...once });
});

test("an update tells how many rows it changed, as a bigint", async () => {
  assert.equal(await counted(() => logic.update("bob", { age: 8 })), { value: 1n, ...once });
  assert.equal(await counted(() => logic.update("nobody", { age: 8 })), { value: 0n, ...once });
});

test("a query is compiled without being sent", async () => {
  assert.equal(await counted(() => logic.compile()), {
    value: { sql: 'select * from "person" where "name" = $1', parameters: ["ann"] },
    ...once,
    queries: 0,
  });
});

test("two queries in an array are one round trip", async () => {
  assert.equal(await counted(() => logic.countBoth()), { value: [3, 3], ...once, queries: 2 });
});

test("executeTakeFirstOrThrow() throws where it is awaited", async () => {
  assert.equal(await counted(() => logic.missing()), { value: "no result", ...once });
});

test("callbacks are called at once, and give what the query needs", async () => {
  assert.equal(await within(logic.callbacks()), [
    [{ name: "ann" }, { name: "bob" }],
    [
      { name: "ann", pets: 2n },
      { name: "bob", pets: 0n },
      { name: "Zoë", pets: 1n },
    ],
    [{ name: "Mog" }, { name: "Tib" }],
    { age: 30 },
    'create table "kysely_made" ("id" serial primary key)',
  ]);
});

test("a transaction is held, committed or rolled back", async () => {
  assert.is(await within(logic.transaction(["carl", "dora"], true)), true);
  assert.is(await within(logic.transaction(["emil", "fay"], false)), true);
  assert.equal(await within(logic.find({})), ["ann", "bob", "Zoë", "carl", "dora"]);
});

test("a transaction by callback is committed, or rolled back when the callback throws", async () => {
  assert.equal(await within(logic.transactionByCallback("gus", true)), ["gus"]);
  try {
    await within(logic.transactionByCallback("hal", false));
    assert.unreachable("it should have thrown");
  } catch (error) {
    assert.instance(error, RangeError);
  }
  assert.equal(await within(logic.find({ names: ["gus", "hal"] })), ["gus"]);
});

test("tear down", () => database.tearDown());

suiteOfAll.run();
