import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { isServerThere } from "../support/postgres.ts";
import { within } from "../support/within.ts";
import { counter, once } from "./counted.ts";
import { database, sent } from "./drizzle/db.ts";

const logic = blockingModule<typeof import("./drizzle/logic.ts")>(
  new URL("./drizzle/logic.ts", import.meta.url),
);

const suiteOfAll = suite("Drizzle in blocking code");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const counted = counter(sent);

test("set up", async () => {
  await database.setUp();
  await within(logic.setUp());
});

test("rows are inserted, and come back by the types of the table", async () => {
  const rows = [
    { name: "ann", age: 30, born: new Date("1994-05-06T07:08:09.123Z"), tags: ["a", "☃"] },
    { name: "bob", age: null, born: null, tags: [] },
  ];
  assert.equal(await counted(() => logic.insertPeople(rows)), {
    value: [
      { id: 1, ...rows[0] },
      { id: 2, ...rows[1] },
    ],
    ...once,
  });
  const pets = [
    { ownerId: 1, name: "Mog", kind: "cat" },
    { ownerId: 1, name: "Rex", kind: "dog" },
    { ownerId: 2, name: "Tib", kind: "cat" },
  ];
  assert.equal(await within(logic.insertPets(pets)), [{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test("a chain with operators in it is one round trip, and one query", async () => {
  assert.equal(await counted(() => logic.petsOf("ann")), {
    value: [
      { pet: "Rex", kind: "dog", age: 30 },
      { pet: "Mog", kind: "cat", age: 30 },
    ],
    ...once,
  });
});

test("so is one with a query in it", async () => {
  assert.equal(await counted(() => logic.owners("cat")), { value: ["ann", "bob"], ...once });
  assert.equal(await counted(() => logic.owners("dog")), { value: ["ann"], ...once });
});

test("and an update, and a relational query", async () => {
  const { value, ...rest } = await counted(() => logic.update("bob", 8));
  assert.equal([value?.id, value?.age], [2, 8]);
  assert.equal(rest, once);
  // Its condition is a callback, which is a call of its own.
  const { value: found, queries } = await counted(() => logic.findFirst("ann"));
  assert.equal([found, queries], [{ id: 1, tags: ["a", "☃"] }, 1]);
  assert.is(await within(logic.findFirst("nobody")), undefined);
});

test("a query is compiled without being sent", async () => {
  assert.equal(await counted(() => logic.compile()), {
    value: { sql: 'select "id" from "people" where "people"."name" = $1', params: ["ann"] },
    ...once,
    queries: 0,
  });
});

test("two queries in an array are one round trip", async () => {
  assert.equal(await counted(() => logic.countBoth()), { value: [2, 2], ...once, queries: 2 });
});

test("an error comes with its cause, the server's", async () => {
  const { query, ...error } = await within(logic.insertTwice("ann"));
  assert.equal(error, { name: "PostgresError", code: "23505" });
  assert.match(query, /^insert into "people"/);
});

test("a transaction by callback is committed, or rolled back when the callback throws", async () => {
  assert.equal(await within(logic.transactionByCallback("gus", true)), ["gus"]);
  try {
    await within(logic.transactionByCallback("hal", false));
    assert.unreachable("it should have thrown");
  } catch (error) {
    assert.instance(error, RangeError);
  }
  assert.equal(await counted(() => logic.countBoth()), { value: [3, 2], ...once, queries: 2 });
});

test("tear down", () => database.tearDown());

suiteOfAll.run();
