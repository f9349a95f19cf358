// The examples in the doc comments run, and those of the README and of the guide are the files that they name.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isServerThere, ownDatabase } from "./support/postgres.ts";
import { name, root, runsFile } from "./support/this_runtime.ts";

// Awaited before any suite runs: uvu takes an await between two of them for the end.
const isThere = await isServerThere();

const examples = suite("the examples of the doc comments");

const sources = [
  "mod.ts",
  ...readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => join("src", file)),
];

let found = 0;
for (const file of sources) {
  const text = readFileSync(join(root, file), "utf8");
  for (const [, name = "", block = ""] of text.matchAll(/@example ?(.*)\n \* ```ts\n([\s\S]*?)\n \* ```/g)) {
    found++;
    const code = block
      .replaceAll(/^ \* ?/gm, "")
      .replaceAll('from "awaitlet"', 'from "../mod.ts"')
      .replaceAll('from "awaitlet/testing"', 'from "../src/testing/mod.ts"')
      .replaceAll('from "awaitlet/postgres"', 'from "../src/postgres/mod.ts"');
    const line = text.slice(0, text.indexOf(block)).split("\n").length;
    examples(`${file}:${line} ${name}`, () => runs(code));
  }
}

examples("there are some", () => {
  assert.ok(found >= 5, `found ${found}`);
});

examples.run();

const readme = suite("the README's code");

readme("is that of the quickstart", () => {
  const text = readFileSync(join(root, "README.md"), "utf8");
  const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block]) => block);
  for (const file of [
    "quickstart/main",
    "quickstart/logic",
    "quickstart/users",
    "quickstart/plain",
    "one_file",
  ]) {
    const code = readFileSync(join(root, "demo", `${file}.ts`), "utf8");
    assert.ok(
      blocks.includes(code.replaceAll(/"(\.\.\/)+mod\.ts"/g, '"awaitlet"')),
      `demo/${file}.ts does not stand in the README as it is`,
    );
  }
});

readme("prints what the README says", () => {
  for (const part of ["main", "plain"]) {
    assert.is(run(join(root, "demo", "quickstart", `${part}.ts`)), "ann is bob now\n");
  }
  assert.is(run(join(root, "demo", "one_file.ts")), "hello, ann\n");
});

readme.run();

const guide = suite("the guide's code");
const onServer = isThere ? guide : guide.skip;
const database = ownDatabase("guide");

/** What the programs of the guide print, a line of JSON for each of its functions. */
const printed = {
  kysely: `["Mog","Rex"]
["Tibbles"]
["Mog","Rex"]
["ann"]
[{"name":"ann","pets":"2"},{"name":"bob","pets":"1"}]
{"people":2,"pets":3}
"Tibbles"
[{"name":"ann","age":30,"pets":2},{"name":"bob","age":8,"pets":1}]
`,
  drizzle: `["Mog","Rex"]
["Tibbles"]
["Mog","Rex"]
["ann"]
{"name":"bob","pets":[{"name":"Tibbles"}]}
{"people":2,"pets":3}
"refused: 23505"
`,
  postgres: `["milk"]
2
[{"id":1,"name":"tea"}]
{"id":2,"name":"coffee","price":12}
3
2
500
503
["tea","coffee","sugar","salt"]
true
"two teas"
"505 items"
5050
`,
};

guide("is that of the demo, and so is the demo's README", () => {
  const code = readdirSync(join(root, "demo"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) =>
      readFileSync(join(root, "demo", file), "utf8")
        .replaceAll('"../../mod.ts"', '"awaitlet"')
        .replaceAll('"../../src/postgres/mod.ts"', '"awaitlet/postgres"'),
    );
  for (const [document, atLeast] of [
    ["docs/kysely-and-drizzle.md", 16],
    ["docs/postgres.md", 15],
    ["demo/README.md", 1],
  ] as const) {
    const text = readFileSync(join(root, document), "utf8");
    const blocks = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
    assert.ok(blocks.length >= atLeast, `found ${blocks.length} in ${document}`);
    for (const block of blocks) {
      assert.ok(
        code.some((text) => text.includes(block)),
        `nowhere as ${document} has it:\n${block}`,
      );
    }
  }
});

onServer("set up", database.create);

for (const [library, lines] of Object.entries(printed)) {
  onServer(`demo/${library} does what it says`, () => {
    assert.is(run(join(root, "demo", library, "main.ts"), { DATABASE_URL: database.url }), lines);
  });
}

onServer("clear up", database.drop);

guide.run();

function runs(code: string): void {
  const folder = mkdtempSync(join(root, ".example-"));
  try {
    const file = join(folder, "example.ts");
    writeFileSync(file, code);
    run(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(file: string, variables: Record<string, string> = {}): string {
  const [program, ...args] = runsFile(file);
  // An example may use `using`, which Node 22 leaves as it is.
  if (name === "node" && Number.parseInt(process.versions.node, 10) < 24) args.unshift("--import", "tsx");
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, ...variables, NO_COLOR: "1" },
  });
  assert.is(status, 0, `${stdout}${stderr}`);
  return stdout;
}
