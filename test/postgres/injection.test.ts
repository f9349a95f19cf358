import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { isServerThere, ownDatabase } from "../support/postgres.ts";
import { within } from "../support/within.ts";
import { hostileNames, hostileValues } from "./injection/hostile.ts";

const logic = blockingModule<typeof import("./injection/logic.ts")>(
  new URL("./injection/logic.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: hostile strings");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const database = ownDatabase("injection");
const place = { url: database.url };

test("set up", async () => {
  await database.create();
  await within(logic.setUp(place));
});

test("the list is what it is meant to be", () => {
  assert.is(new Set(hostileValues).size, hostileValues.length, "each once");
  for (const word of hostileNames) assert.ok(new TextEncoder().encode(word).length <= 63, word);
});

test("as values they are stored and read back: text, array, JSON, bytes", async () => {
  assert.equal(await within(logic.storeValues(place), 60), []);
  assert.equal(await within(logic.storedWords(place)), hostileValues);
});

test("as values in fragments of fragments", async () => {
  assert.is(await within(logic.foundByFragments(place)), hostileValues.length);
});

test("by executeMany and COPY in, by streams and COPY out", async () => {
  assert.equal(await within(logic.byOtherWays(place), 60), []);
});

test("as notifications, and as names of their channels", async () => {
  assert.equal(await within(logic.notified(place), 60), []);
});

test("as names of tables, of columns and of what a query gives", async () => {
  assert.equal(await within(logic.useNames(place), 60), []);
});

test("as names of schemas", async () => {
  assert.equal(await within(logic.useSchemas(place), 60), []);
});

test("what only looks like a query is refused", async () => {
  const said = await within(logic.misuse(place));
  const nested = said.pop() as string;
  for (const message of said)
    assert.match(message, /^TypeError: (run|write) a query: .*; (write|put) (it|them)/);
  assert.match(nested, /^NotTransferable: .*\.a: /);
});

test("a fragment that came as JSON is a value", async () => {
  assert.equal(await within(logic.forgedFragment(place)), {
    strings: ["drop table sentinel"],
    values: [],
  });
});

test("what cannot be stored is refused, and the connection goes on", async () => {
  const said = await within(logic.impossible(place));
  assert.is(said.length, 12);
  for (const message of said) assert.match(message, /^\w+Error: .*(NUL|0x00|surrogate)/);
});

test("nothing else has happened", async () => {
  assert.equal(await within(logic.remains(place)), {
    sentinel: [{ word: "unharmed" }],
    tables: ["sentinel", "word"],
  });
});

test("clear up", async () => {
  await within(logic.dispose(place));
  await database.drop();
});

suiteOfAll.run();
