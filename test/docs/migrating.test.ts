// docs/migrating.md as it stands: the old programs and the new ones.

import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeProject, readPage } from "../support/pages.ts";
import { runStep } from "../support/run_step.ts";
import { name, root } from "../support/this_runtime.ts";

const test = suite("docs/migrating.md");

const sections = readPage("docs/migrating.md");
const files = Object.assign({}, ...sections.map((section) => section.files)) as Record<string, string>;

test("has its programs", () => {
  assert.equal(
    sections.map(({ steps }) => steps.length),
    [0, 2, 1, 1],
  );
});

for (const { title, steps } of sections) {
  for (const step of steps) {
    // The old ones do not run on every runtime.
    if (name !== "node" && / old\//.test(step.command)) continue;
    test(`${title}: ${step.command}`, () => {
      const project = makeProject(files, [join(root, "node_modules")]);
      try {
        runStep(step, project.folder, []);
      } finally {
        project[Symbol.dispose]();
      }
    });
  }
}

test.run();
