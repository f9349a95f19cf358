/** The fault matrix, each cell as `npm run faults` shows it. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { judge, markdownOf } from "./faults/report.ts";
import { runChild } from "./support/child.ts";
import { isServerThere } from "./support/postgres.ts";
import { name, root, runsFile } from "./support/this_runtime.ts";

const suiteOfAll = suite("the fault matrix");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

/**
 * In milliseconds. `npm run faults` allows one second. Here other tests run on the same cores, and each cell starts threads: what
 * takes a tenth of a second by itself was seen to take two. What hangs, hangs for longer than this.
 */
const BOUND = 10_000;

test("each way to end a task, in each state, gives what the docs say", async () => {
  const program = runsFile(join("test", "faults", "matrix.ts"));
  const child = await runChild([...program, String(BOUND)], { cwd: root, seconds: 220 });
  const { cells, failures } = judge(child, BOUND);
  assert.equal(failures, []);
  assert.is(cells.length, 90 + 20 + 56);
  if (name === "bun") return;
  const docs = readFileSync(join(root, "docs", "faults.md"), "utf8");
  for (const table of ["tasks", "plain programs", "Postgres"]) {
    assert.ok(
      docs.includes(markdownOf(cells, table)),
      `docs/faults.md does not have:\n${markdownOf(cells, table)}`,
    );
  }
});

suiteOfAll.run();
