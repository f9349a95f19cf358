// The files of the project that its documentation for developers names are there.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../support/this_runtime.ts";

const test = suite("paths in the documentation");

const pages = ["CONTRIBUTING.md", "docs/architecture.md", "docs/decisions.md"];

/** What stands in backticks and looks like a file or folder of the project. */
function pathsIn(text: string): string[] {
  const found = [...text.matchAll(/`((?:src|test|bench|tools|docs|demo)\/[\w./-]*)`/g)].map(
    ([, path = ""]) => path,
  );
  return [...new Set(found)];
}

for (const page of pages) {
  test(`${page} names none that is not there`, () => {
    const missing = pathsIn(readFileSync(join(root, page), "utf8")).filter(
      (path) => !existsSync(join(root, path)),
    );
    assert.equal(missing, []);
  });
}

test("architecture.md follows a call through files of every layer", () => {
  const named = pathsIn(readFileSync(join(root, "docs/architecture.md"), "utf8"));
  for (const folder of ["threads", "bridge", "transport", "wire", "postgres/loop", "postgres/protocol"]) {
    const files = named.filter((path) => path.startsWith(`src/${folder}/`));
    assert.ok(files.length > 0, folder);
  }
});

test.run();
