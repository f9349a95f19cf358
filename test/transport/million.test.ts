import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { within } from "../support/within.ts";

const logic = blockingModule<typeof import("../fixtures/spinning.ts")>(
  new URL("../fixtures/spinning.ts", import.meta.url),
);

const test = suite("a million round trips");

test("each brings back what it took there", async () => {
  assert.is(await within(asyncDef(logic.checkedTrips, 1_000_000), 200), 1_000_000);
});

test.run();
