// pg by blocking code, beside the same steps with await.

import pg from "pg";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { url } from "../support/postgres.ts";
import { withAwait } from "../support/steps.ts";
import { within } from "../support/within.ts";
import { drive } from "./pg/logic.ts";
import { steps } from "./pg/steps.ts";

const logic = blockingModule<typeof import("./pg/logic.ts")>(new URL("./pg/logic.ts", import.meta.url));
const test = suite("pg: as with await");

for (const name of Object.keys(steps) as (keyof typeof steps)[]) {
  test(name, async () => {
    const right = await withAwait(steps[name](pg as never, url));
    assert.equal(await within(asyncDef(logic.drive, name, url)), right, "asyncDef");
    assert.equal(syncDef(drive, name, url), right, "syncDef");
  });
}

test.run();
