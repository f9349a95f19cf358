// Importing awaitlet changes nothing outside it. In a process of its own: what a test file imports may do so itself.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "./support/child.ts";
import { root, runsFile } from "./support/this_runtime.ts";

const test = suite("the program's own objects");

for (const [what, file] of Object.entries({
  awaitlet: "mod.ts",
  "awaitlet/postgres": "src/postgres/mod.ts",
  "awaitlet/testing": "src/testing/mod.ts",
})) {
  test(`importing ${what} changes nothing of globalThis, its constructors and the process`, async () => {
    const [binary, ...args] = runsFile("test/fixtures/globals.ts");
    const { code, stdout, output } = await runChild([binary, ...args, file], { cwd: root, seconds: 60 });
    assert.is(stdout, "unchanged\n", output);
    assert.is(code, 0);
  });
}

test.run();
