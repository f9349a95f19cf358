// docs/running.md as it stands: its programs run, and it names every error.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as awaitlet from "../../mod.ts";
import * as postgres from "../../src/postgres/mod.ts";
import { makeProject, readPage } from "../support/pages.ts";
import { runStep } from "../support/run_step.ts";
import { root } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const test = suite("docs/running.md");

const sections = readPage("docs/running.md");

test("names every class of errors", () => {
  const text = readFileSync(join(root, "docs/running.md"), "utf8");
  const classes = [awaitlet, postgres]
    .flatMap((module) => Object.entries(module))
    // To look into a recorded expression is an error.
    .filter(([name]) => name !== "eventLoop")
    .filter(([, value]) => typeof value === "function" && value.prototype instanceof Error)
    .map(([name]) => name);
  assert.ok(classes.length > 20, `found ${classes.length}`);
  assert.equal(
    classes.filter((name) => !text.includes(`\`${name}\``)),
    [],
  );
});

test("has programs", () => {
  assert.is(sections.flatMap(({ steps }) => steps).length, 3);
});

for (const { title, files, steps } of sections) {
  for (const step of steps) {
    test(`${title}: ${step.command}`, () => {
      const project = makeProject(files, []);
      try {
        runStep(step, project.folder, []);
      } finally {
        project[Symbol.dispose]();
      }
    });
  }
}

test("values nest 1,500 levels deep, and none more than 2,000", async () => {
  const { echo } = awaitlet.blockingModule<typeof import("./echo.ts")>(new URL("./echo.ts", import.meta.url));
  const nested = (levels: number): unknown => {
    let value: unknown = "innermost";
    for (let level = 0; level < levels; level++) value = [value];
    return value;
  };
  let levels = 0;
  for (let value = await within(echo(nested(1500))); Array.isArray(value); value = value[0]) levels++;
  assert.is(levels, 1500);
  assert.instance(await rejection(echo(nested(2001))), RangeError);
});

test.run();
