// The recipes of docs/bundling.md, as they stand there: each builds a program from the package as npm installs it, and runs it.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { madeOnce } from "../support/made_once.ts";
import { installPackage, packed } from "../support/package.ts";
import { name, root, runsFile } from "../support/this_runtime.ts";
import { withTools } from "../support/tools.ts";
import { BUNDLERS, installBundlers, makeProject } from "./project.ts";

const test = suite("the recipes for bundlers");

interface Recipe {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
}

/** The sections of the page that have commands. */
function readRecipes(page: string): Recipe[] {
  return page.split(/^## /m).flatMap((section) => {
    const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)];
    const files = blocks.flatMap(([, language, text = ""]) => {
      const [, file] = /^\/\/ ([\w./]+\.\w+)\n/.exec(text) ?? [];
      return language !== "sh" && file !== undefined ? [[file, text] as const] : [];
    });
    const commands = blocks
      .filter(([, language]) => language === "sh")
      .flatMap(([, , text = ""]) => text.trim().split("\n"));
    if (commands.length === 0) return [];
    return [{ title: section.split("\n", 1)[0] as string, files: Object.fromEntries(files), commands }];
  });
}

const recipes = readRecipes(readFileSync(join(root, "docs/bundling.md"), "utf8"));

/** In a server for development the front's async module is not the one that blocking code uses. */
const PRINTED = (isApart: boolean) => `begun on a thread: false
ANN is bob now!
here: ${isApart ? "ann" : "bob"}
there: ann
costs 1.50 ${!isApart}
`;

let tools = "";

function makeProjectOf(folder: string, files: Recipe["files"]): void {
  makeProject(folder, "program");
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
}

/** Builds by a recipe, and takes away what must not be needed any more: the sources, and awaitlet where it is in the bundle. */
function build({ title, files, commands }: Recipe, folder: string): void {
  const place = mkdtempSync(join(tmpdir(), "awaitlet-build-"));
  try {
    makeProjectOf(place, files);
    for (const command of commands.slice(0, -1)) runCommand(command, place);
    for (const part of ["package.json", "dist"])
      cpSync(join(place, part), join(folder, part), { recursive: true });
    if (!/without|executable/i.test(title)) installPackage(folder);
  } finally {
    rmSync(place, { recursive: true });
  }
}

function run([program, ...args]: readonly string[], folder: string) {
  return spawnSync(program as string, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
    killSignal: "SIGKILL",
    env: withTools(tools, join(root, "node_modules")),
  });
}

/** Changes with all that a build depends on. */
function keyOf(recipe: Recipe): string {
  const hash = createHash("sha256").update(JSON.stringify([packed(), recipe, BUNDLERS]));
  const program = join(root, "test/bundlers/program");
  for (const file of readdirSync(program, { recursive: true, encoding: "utf8" }).sort()) {
    if (file.endsWith(".ts")) hash.update(readFileSync(join(program, file)));
  }
  return hash.digest("hex").slice(0, 16);
}

/** Runs a command of the page. One that runs a file of the project runs it on the runtime of this test. */
function runCommand(command: string, folder: string): string {
  const words = command.split(" ").map((word) => word.replace(/^"(.*)"$/, "$1"));
  const [program, file = ""] = words;
  const isOwn = program === "node" || (program === "bun" && file.startsWith("dist/"));
  // What has been built runs without what the tests are run with. Before Node 22.18 a server for development needs it.
  const own = file.startsWith("dist/") && name === "node" ? [process.execPath, file] : runsFile(file);
  const here = program?.startsWith("dist/")
    ? [join(folder, program)]
    : words.filter((word) => word !== "npx");
  const { status, stdout, stderr } = run(isOwn ? own : here, folder);
  assert.is(status, 0, `${command}\n${stdout}${stderr}`);
  // A URL in awaitlet's code that a bundler cannot follow would be a warning.
  assert.not.match(stdout + stderr, /warn/i, command);
  return stdout;
}

/** What Bun builds may use what Bun alone has. */
const runsHere = ({ title }: Recipe) => !/Bun/.test(title) || name === "bun";

test.before(() => {
  tools = installBundlers();
});

test("there are some", () => {
  assert.is(recipes.length, 12);
});

for (const recipe of recipes.filter(runsHere)) {
  const { title, files, commands } = recipe;
  test(title, () => {
    const folder = mkdtempSync(join(tmpdir(), "awaitlet-bundle-"));
    try {
      if (commands.length === 1) makeProjectOf(folder, files);
      else {
        // What is built is the same for all runtimes.
        const built = madeOnce(`built ${title}`, keyOf(recipe), (making) => build(recipe, making));
        cpSync(built, folder, { recursive: true });
      }
      const said = runCommand(commands.at(-1) as string, folder);
      assert.is(said, PRINTED(/development/.test(title)));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

test.run();
