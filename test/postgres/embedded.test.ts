import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { rejection, within } from "../support/within.ts";
import type { Place } from "./embedded/logic.ts";
import { refusalsIn } from "./faults/refusals.ts";
import { hostileValues } from "./injection/hostile.ts";

const logic = blockingModule<typeof import("./embedded/logic.ts")>(
  new URL("./embedded/logic.ts", import.meta.url),
);
const refused = blockingModule<typeof import("./faults/refused.ts")>(
  new URL("./faults/refused.ts", import.meta.url),
);
const injection = blockingModule<typeof import("./injection/logic.ts")>(
  new URL("./injection/logic.ts", import.meta.url),
);

const test = suite("postgres: the embedded server");
const schema = "faults";
const place: Place & { readonly schema: string } = { url: "pglite:", options: {}, schema };

test("set up", async () => {
  await within(refused.setUp(place), 60);
  await within(injection.setUp(place));
});

test("rows of several types, by executeMany in, at once and by streams out", async () => {
  assert.equal(await within(logic.readAll(place)), {
    told: 250,
    count: 250,
    last: { id: 249, price: "249.50", tags: ["a", null], at: new Date("2024-02-29T12:34:56.789Z") },
    isSame: true,
  });
});

test("transactions and savepoints", async () => {
  assert.equal(await within(logic.nest(place)), ["kept", "released"]);
});

test("tasks take turns with its one session", async () => {
  await within(logic.openAccount(place));
  await within(Promise.all(Array.from({ length: 20 }, (_, i) => logic.add(place, i))), 60);
  assert.is(await within(logic.balance(place)), 190);
});

for (const [what, expected, message] of refusalsIn(schema)) {
  test(`its class and fields: ${what}`, async () => {
    const { message: said, name: _, ...fields } = await within(refused.refusal(place, what));
    assert.equal(fields, expected);
    assert.match(String(said), message);
  });
}

test("hostile strings as values", async () => {
  assert.equal(await within(injection.storeValues(place), 60), []);
  assert.equal(await within(injection.storedWords(place)), hostileValues);
});

test("a task that is aborted while it waits for the session leaves the queue", async () => {
  const controller = new AbortController();
  const failing = rejection(asyncDef.with({ signal: controller.signal })(logic.add, place, 1));
  controller.abort(new Error("enough"));
  assert.is(((await failing) as Error).message, "enough");
  assert.is(await within(logic.balance(place)), 190);
});

test("a task that is aborted in a query: the next one has the session when the server is done with it", async () => {
  const controller = new AbortController();
  const failing = rejection(asyncDef.with({ signal: controller.signal })(logic.sleep, place, 1));
  setTimeout(() => controller.abort(new Error("enough")), 200);
  assert.is(((await failing) as Error).message, "enough");
  assert.is(await within(logic.balance(place)), 190);
});

test("clear up", async () => {
  await within(refused.tearDown(place));
});

test.run();
