// `npm run check` has the compiler read test/types; this makes sure that what it finds there can fail.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "./support/this_runtime.ts";

const test = suite("the types");

const source = readFileSync(join(root, "test/types/types.ts"), "utf8");

/** What the compiler says of a module that stands beside the type tests. */
function compile(code: string): string {
  const folder = mkdtempSync(join(root, "test", ".example-"));
  try {
    writeFileSync(join(folder, "modules.ts"), readFileSync(join(root, "test/types/modules.ts")));
    const file = join(folder, "types.ts");
    writeFileSync(file, code);
    const config = join(folder, "tsconfig.json");
    writeFileSync(config, JSON.stringify({ extends: "../../tsconfig.json", include: ["types.ts"] }));
    const { stdout, error } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", config], {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1" },
    });
    assert.is(error, undefined);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("are as promised", () => {
  assert.is(compile(source), "");
});

test("a type that is not as promised is an error", () => {
  const wrong = source.replace(
    "is<number>()(awaitlet(db.identity(1)));",
    "is<string>()(awaitlet(db.identity(1)));",
  );
  assert.is.not(wrong, source);
  assert.match(compile(wrong), /types\.ts\(\d+,\d+\): error TS2554/);
});

test("so is a mistake that the types do not notice", () => {
  const unnoticed = source.replace('db.table.where("age");', 'db.table.where("id");');
  assert.is.not(unnoticed, source);
  assert.match(compile(unnoticed), /Unused '@ts-expect-error' directive/);
});

test.run();
