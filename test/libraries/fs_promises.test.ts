// fs/promises by blocking code, beside the same steps with await.

import { mkdtempSync, rmSync } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { withAwait } from "../support/steps.ts";
import { within } from "../support/within.ts";
import { drive } from "./fs_promises/logic.ts";
import { steps } from "./fs_promises/steps.ts";

const logic = blockingModule<typeof import("./fs_promises/logic.ts")>(
  new URL("./fs_promises/logic.ts", import.meta.url),
);
const test = suite("fs/promises: as with await");
const folder = mkdtempSync(join(tmpdir(), "awaitlet-fs-"));

for (const name of Object.keys(steps) as (keyof typeof steps)[]) {
  test(name, async () => {
    const right = await withAwait(steps[name](fs, folder));
    assert.equal(await within(asyncDef(logic.drive, name, folder)), right, "asyncDef");
    assert.equal(syncDef(drive, name, folder), right, "syncDef");
  });
}

test.after(() => rmSync(folder, { recursive: true }));

test.run();
