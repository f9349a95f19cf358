// The types of the package, as npm installs it, by each version of TypeScript that people have: 5.6 to 7.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installBundlers } from "./bundlers/project.ts";
import { madeOnce } from "./support/made_once.ts";
import { installPackage, packed } from "./support/package.ts";
import { root } from "./support/this_runtime.ts";
import { installTools, linkTools } from "./support/tools.ts";

const test = suite("the package's types");

const VERSIONS = ["5.6.3", "5.7.3", "5.8.3", "5.9.3", "6.0.3", "7.0.2"];

const compilers = Object.fromEntries(
  VERSIONS.map((version) => [`typescript-${version}`, `npm:typescript@${version}`]),
);

/** What a program with Postgres and a bundler's configuration say in types. */
const program = `
import { asyncDef, BlockingThreads, blockingModule, registerClass } from "awaitlet";
import { type Connection, type Engine, createAsyncEngine, createEngine, sql } from "awaitlet/postgres";
import awaitlet, { type AwaitletPlugin } from "awaitlet/rollup";
import * as thread from "awaitlet/thread";

export const ids = (conn: Connection): number[] => conn.execute<{ id: number }>(sql\`select 1 as id\`).all().map((row) => row.id);
export const engine: Engine = createEngine("postgres://host/db", { echo: true });
export const loop = createAsyncEngine("postgres://host/db");
export const plugin: AwaitletPlugin = awaitlet();
export const pool = new BlockingThreads({ max: 2 });
export const isBlocking: boolean = thread.isBlockingThread();
const logic = blockingModule<{ double(n: number): number }>("file:///logic.js");
export const four: Promise<number> = asyncDef(logic.double, 2);
// @ts-expect-error a number is asked for
void asyncDef(logic.double, "2");
// @ts-expect-error a text is no query
engine.connect().execute("select 1");
class Money { cents = 1 }
registerClass(Money, { module: "file:///money.js", name: "Money", toData: ({ cents }) => cents, fromData: () => new Money() });
`;

const options = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  target: "es2022",
  lib: ["esnext", "dom"],
  types: [],
  noEmit: true,
  // The declarations themselves are checked too.
  skipLibCheck: false,
};

const folder = mkdtempSync(join(tmpdir(), "awaitlet-types-"));

/** What a compiler says of some files. It is the same on all runtimes, so the first one asks for all. */
function compile(version: string, files: readonly string[], more: object): string {
  const config = JSON.stringify({ compilerOptions: { ...options, ...more }, include: files });
  writeFileSync(join(folder, "tsconfig.json"), config);
  const hash = createHash("sha256").update(JSON.stringify([packed(), version, config]));
  for (const file of files) hash.update(readFileSync(join(folder, file)));
  const said = madeOnce(`types ${version} ${files.join(" ")}`, hash.digest("hex").slice(0, 16), (making) => {
    const compiler = join(modules, `typescript-${version}`, "bin/tsc");
    const { stdout, stderr, error } = spawnSync("node", [compiler, "-p", folder], {
      cwd: folder,
      encoding: "utf8",
      timeout: 100_000,
      env: { ...process.env, NO_COLOR: "1" },
    });
    assert.is(error, undefined);
    writeFileSync(join(making, "said"), stdout + stderr);
  });
  return readFileSync(join(said, "said"), "utf8");
}

let modules = "";

test.before(() => {
  modules = installTools("compilers", compilers);
  installPackage(folder);
  linkTools(installBundlers(), folder);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "program.ts"), program);
  writeFileSync(
    join(folder, "plugins.ts"),
    `import awaitlet from "awaitlet/rollup";
    export const rollup: import("rollup").Plugin = awaitlet();
    export const rolldown: import("rolldown").Plugin = awaitlet();
    export const vite: import("vite").PluginOption = awaitlet();`,
  );
  for (const file of ["types.ts", "modules.ts"]) {
    const text = readFileSync(join(root, "test/types", file), "utf8");
    writeFileSync(join(folder, file), text.replace('"../../mod.ts"', '"awaitlet"'));
  }
  const types = readFileSync(join(folder, "types.ts"), "utf8");
  writeFileSync(join(folder, "types_5.6.ts"), types.replace("Uint8Array<ArrayBuffer>", "Uint8Array"));
});

test.after(() => rmSync(folder, { recursive: true }));

for (const version of VERSIONS) {
  test(`by TypeScript ${version}`, () => {
    // What is expected of the types, less what 5.6 cannot say.
    const types = version.startsWith("5.6") ? "types_5.6.ts" : "types.ts";
    const more = { module: "nodenext", allowImportingTsExtensions: true };
    assert.is(compile(version, ["program.ts", types], more), "");
  });
}

test("as bundlers find them", () => {
  assert.is(compile("6.0.3", ["program.ts"], { module: "esnext", moduleResolution: "bundler" }), "");
});

test("in the way of before Node's own, which TypeScript 7 has no more", () => {
  const old = { module: "esnext", moduleResolution: "node", ignoreDeprecations: "5.0" };
  assert.is(compile("5.9.3", ["program.ts"], old), "");
});

test("the plugin is one of Rollup, Rolldown and Vite", () => {
  const more = { module: "nodenext", skipLibCheck: true };
  assert.is(compile("7.0.2", ["plugins.ts"], more), "");
});

test("a mistake is found", () => {
  const wrong = program.replace("double(n: number): number", "double(n: number): string");
  assert.is.not(wrong, program);
  writeFileSync(join(folder, "wrong.ts"), wrong);
  assert.match(compile("5.6.3", ["wrong.ts"], { module: "nodenext" }), /wrong\.ts\(\d+,\d+\): error TS2322/);
});

test.run();
