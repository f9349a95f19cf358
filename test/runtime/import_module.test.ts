// The file that a URL names may have been compiled, or not yet.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { importModule } from "../../src/runtime/import_module.ts";
import { rejection } from "../support/within.ts";

const test = suite("a module named by URL");

const folder = mkdtempSync(join(tmpdir(), "awaitlet-import-"));
writeFileSync(join(folder, "package.json"), '{ "type": "module" }');

function write(file: string, word: string): void {
  const common = /\.c[jt]s$/.test(file);
  writeFileSync(join(folder, file), common ? `exports.word = "${word}";` : `export const word = "${word}";`);
}

const urlOf = (file: string) => pathToFileURL(join(folder, file)).href;

/** What the program says, and what is there. */
const siblings = [
  ["ts.ts", "ts.js"],
  ["bundled.ts", "bundled.mjs"],
  ["tsx.tsx", "tsx.js"],
  ["mts.mts", "mts.mjs"],
  ["cts.cts", "cts.cjs"],
  ["js.js", "js.ts"],
  ["mjs.mjs", "mjs.mts"],
] as const;

for (const [named, there] of siblings) {
  test(`${named} is ${there}, where that is there alone`, async () => {
    write(there, there);
    assert.is((await importModule(urlOf(named))).word, there);
    assert.is((await importModule(`${urlOf(named)}?version=2#part`)).word, there);
  });
}

test("where both are there, it is the one named", async () => {
  write("both.mjs", "compiled");
  write("both.mts", "source");
  assert.is((await importModule(urlOf("both.mts"))).word, "source");
});

test("where neither is there, the error names both, and says what to write", async () => {
  const error = (await rejection(importModule(urlOf("nowhere.ts")))) as Error;
  assert.match(error.message, `${join(folder, "nowhere.ts")} nor nowhere.js`);
  assert.match(error.message, 'write new URL("./nowhere.ts", import.meta.url)');
  assert.match(error.message, "docs/bundling.md");
});

test("what a module that is there misses is told as the runtime tells it", async () => {
  writeFileSync(join(folder, "incomplete.js"), 'import "./absent.js";');
  const error = (await rejection(importModule(urlOf("incomplete.ts")))) as Error;
  assert.match(error.message, "absent.js");
  assert.not.match(error.message, "there is neither");
});

test("a module of the runtime's own has no siblings", async () => {
  assert.type((await importModule("node:timers/promises")).setTimeout, "function");
});

test("clear up", () => {
  rmSync(folder, { recursive: true });
});

test.run();
