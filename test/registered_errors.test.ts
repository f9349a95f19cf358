import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../mod.ts";
import { Refused } from "./fixtures/registered/errors.ts";
import { rejection, within } from "./support/within.ts";

const logic = blockingModule<typeof import("./fixtures/registered/logic.ts")>(
  new URL("./fixtures/registered/logic.ts", import.meta.url),
);

const test = suite("an error of a registered class");

test("keeps its class through a thread that does not know it", async () => {
  const error = (await rejection(logic.letThrough())) as Refused;
  assert.instance(error, Refused);
  assert.is(error.code, 7);
  assert.is(error.message, "not today");
});

test("is the nearest built-in one there, with its own name and properties", async () => {
  assert.is(await within(logic.describe()), "true RangeError not today 7");
});

test("keeps it as a cause, too", async () => {
  const error = (await rejection(logic.wrap())) as Error;
  assert.instance(error.cause, Refused);
});

test.run();
