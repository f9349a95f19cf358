// docs/testing.md as it stands: each section in a project of its own, with the package as npm installs it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeProject, readPage, type Section } from "../support/pages.ts";
import { runStep } from "../support/run_step.ts";
import { name } from "../support/this_runtime.ts";
import { installTools } from "../support/tools.ts";

const test = suite("docs/testing.md");

const sections = readPage("docs/testing.md");
const files = Object.assign({}, ...sections.map((section) => section.files)) as Record<string, string>;

/** The sections that are for other runtimes than Node. */
const RUNTIMES: Readonly<Record<string, string>> = { "bun test": "bun", "deno test": "deno" };

const isForHere = ({ title, steps }: Section) => steps.length > 0 && (RUNTIMES[title] ?? "node") === name;

const TOOLS = {
  "@jest/globals": "30.5.2",
  "@swc/core": "1.16.22",
  "@swc/jest": "0.2.39",
  "@vitest/coverage-v8": "4.1.12",
  c8: "12.0.0",
  jest: "30.5.2",
  vitest: "4.1.12",
} as const;

/** Bun and Deno have their test runners in themselves. */
const tools = name === "node" ? [installTools("test-runners", TOOLS)] : [];

test("has its sections", () => {
  assert.is(sections.filter(({ steps }) => steps.length > 0).length, 6);
  assert.equal(Object.keys(sections[0]?.files ?? {}), ["src/logic.ts", "src/users.ts"]);
});

for (const { title, steps } of sections.filter(isForHere)) {
  test(title, () => {
    const project = makeProject(files, tools);
    try {
      for (const step of steps) runStep(step, project.folder, tools);
    } finally {
      project[Symbol.dispose]();
    }
  });
}

if (name === "node") {
  for (const [file, what] of [
    ["tests/rename.vitest.ts", /src\/users\.ts: it is loaded twice, .* inline: \["awaitlet"\]/],
    ["tests/mocked.vitest.ts", /src\/users\.ts: Vitest has a mock of it, which blocking code does not see/],
  ] as const) {
    test(`without the configuration, Vitest's second instance is told of: ${file}`, () => {
      const project = makeProject(files, tools);
      try {
        const command = `npx vitest run --config vitest.plain.ts ${file} || true`;
        writeFileSync(
          join(project.folder, "vitest.plain.ts"),
          'export default { test: { include: ["tests/**/*.vitest.ts"] } };',
        );
        assert.match(runStep({ command }, project.folder, tools), what);
      } finally {
        project[Symbol.dispose]();
      }
    });
  }
}

test.run();
