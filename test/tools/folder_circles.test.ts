// The check of `npm run check` that no folder refers to another in a circle finds one of each kind of import.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findCircle, folderGraph } from "../../tools/folder_circles.ts";

const test = suite("circles of folders");

/** The circle among files of these texts. */
function circleOf(files: Readonly<Record<string, string>>): readonly string[] | undefined {
  const root = mkdtempSync(join(tmpdir(), "circles-"));
  try {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return findCircle(folderGraph(root, Object.keys(files)));
  } finally {
    rmSync(root, { recursive: true });
  }
}

for (const [what, text] of Object.entries({
  "an import": 'import { a } from "../a/one.ts";',
  "a type import": 'import type { A } from "../a/one.ts";',
  "an import of several lines": 'import {\n  a,\n  b,\n} from "../a/one.ts";',
  "an export from": 'export { a } from "../a/one.ts";',
  "an import for its effect": 'import "../a/one.ts";',
  "an import()": 'const a = await import("../a/one.ts");',
  "a type by import()": 'type A = typeof import("../a/one.ts");',
})) {
  test(`${what} closes a circle`, () => {
    assert.equal(circleOf({ "a/one.ts": 'import { b } from "../b/two.ts";', "b/two.ts": text }), [
      "a/one.ts imports b/two.ts",
      "b/two.ts imports a/one.ts",
    ]);
  });
}

test("a circle of three folders is found, and the folder that leads to it is no part of it", () => {
  const circle = circleOf({
    "mod.ts": 'export { a } from "./a/one.ts";',
    "a/one.ts": 'import { b } from "../b/two.ts";',
    "b/two.ts": 'import { c } from "../b/c/three.ts";',
    "b/c/three.ts": 'import { a } from "../../a/one.ts";',
  });
  assert.is(circle?.length, 3);
});

test("imports downward, within a folder and in comments close none", () => {
  const circle = circleOf({
    "mod.ts": 'export { a } from "./a/one.ts";\nexport { b } from "./b/two.ts";',
    "a/one.ts": 'import { b } from "../b/two.ts";\nimport "./other.ts";',
    "a/other.ts": 'import { a } from "./one.ts";',
    "b/two.ts": '/** @example import { a } from "../a/one.ts"; */\n// import "../a/one.ts";',
  });
  assert.is(circle, undefined);
});

test.run();
