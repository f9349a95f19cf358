// Packages by their bare names, found as the file that names them would import them.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncModule, blockingModule, syncModule } from "../mod.ts";
import { mockAsyncModule } from "../src/testing/mod.ts";
import { root } from "./support/this_runtime.ts";
import { rejection, within } from "./support/within.ts";

interface Package {
  readonly kind: string;
  readonly version: number;
  double(n: number): Promise<number>;
}

/** What blocking code in a file of `folder` sees. */
interface Logic {
  found(): unknown[];
  assigned(): unknown[];
  byHelper(): unknown[];
  ofFile(file: string): number;
  missing(): never;
  builtIn(): string;
}

const test = suite("asyncModule() of a package");

const folder = mkdtempSync(join(tmpdir(), "awaitlet packages-"));
const awaitletUrl = JSON.stringify(pathToFileURL(join(root, "mod.ts")).href);

const dual = (version: number) => ({
  "package.json": JSON.stringify({
    name: "awaitlet-dual",
    version: `${version}.0.0`,
    exports: { import: "./esm.mjs", default: "./common.cjs" },
  }),
  "esm.mjs": `export const kind = "esm"; export const version = ${version};`,
  "common.cjs": `exports.kind = "common"; exports.version = ${version};`,
});

// Bun would leave out of the stack a function that does nothing after its call.
const helper = `import { asyncModule } from ${awaitletUrl};
  const all = [];
  export const named = (name) => all[all.push(asyncModule(name)) - 1];`;

// Typed, so that what runs is not what was written.
const logic = `import { asyncModule, awaitlet } from ${awaitletUrl};
  import { named } from "./inner/helper.mjs";
  const dual = asyncModule<any>("awaitlet-dual");
  const inner = asyncModule<any>("#inner");
  const computed = asyncModule<any>("@awaitlet/computed/sub");
  const nowhere = asyncModule<any>("awaitlet-nowhere");
  const promises = asyncModule<any>("timers/promises");
  export const found = (): unknown => awaitlet([dual.kind, inner.kind, computed.double(4), computed.default.double(5)]);
  export function assigned(): unknown {
    const before = awaitlet(computed.late);
    awaitlet(computed.assign());
    return [before, awaitlet(computed.late)];
  }
  export const byHelper = (): unknown => [awaitlet(dual.version), awaitlet(named("awaitlet-dual").version)];
  export const ofFile = (file: string): unknown => awaitlet(asyncModule<any>("awaitlet-dual", file).version);
  export const missing = (): unknown => awaitlet(nowhere.kind);
  export const builtIn = (): unknown => awaitlet(promises.setTimeout(1, "built in"));`;

const computed = `const make = (factor) => ({ double: async (n) => factor * n, assign: async () => { module.exports.late = "late"; } });
  module.exports = make(2);`;

function write(at: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, at, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

write("", {
  "package.json": '{ "private": true, "type": "module", "imports": { "#inner": "./inner/inner.mjs" } }',
  "logic.ts": logic,
  "inner/helper.mjs": helper,
  "inner/inner.mjs": 'export const kind = "inner";',
});
write("node_modules/awaitlet-dual", dual(1));
write("inner/node_modules/awaitlet-dual", dual(2));
write("node_modules/@awaitlet/computed", {
  "package.json": '{ "name": "@awaitlet/computed", "exports": { "./sub": "./sub.js" } }',
  "sub.js": computed,
});

const urlOf = (file: string) => pathToFileURL(join(folder, file));

test("it is found from the file that names it: by conditions, by #imports, in a CommonJS package by computed names", async () => {
  const logic = blockingModule<Logic>(urlOf("logic.ts"));
  assert.equal(await within(logic.found()), ["esm", "inner", 8, 10]);
  assert.equal(await within(logic.assigned()), [undefined, "late"]);
  assert.is(await within(logic.builtIn()), "built in");
});

test("another file may have another version, and is named by its URL", async () => {
  const logic = blockingModule<Logic>(urlOf("logic.ts"));
  assert.equal(await within(logic.byHelper()), [1, 2]);
  assert.is(await within(logic.ofFile(urlOf("inner/any.mjs").href)), 2);
  assert.is(await asyncModule<Package>("awaitlet-dual", urlOf("inner/any.mjs")).version, 2);
  assert.is(await asyncModule<Package>("awaitlet-dual", urlOf("any.cjs").href).kind, "esm");
});

test("one that is not installed is told by its name, each time", async () => {
  const logic = blockingModule<Logic>(urlOf("logic.ts"));
  assert.match(String(await rejection(within(logic.missing()))), "awaitlet-nowhere");
  assert.match(String(await rejection(within(logic.missing()))), "awaitlet-nowhere");
});

test("in a bundle it is found from the bundle", async () => {
  await build({
    stdin: { contents: logic, resolveDir: folder, sourcefile: "logic.ts", loader: "ts" },
    bundle: true,
    format: "esm",
    platform: "node",
    outfile: join(folder, "bundles", "logic.mjs"),
    external: [JSON.parse(awaitletUrl) as string],
    sourcemap: "inline",
    minify: true,
    logLevel: "silent",
  });
  write("bundles/node_modules/awaitlet-dual", dual(3));
  const bundled = blockingModule<Logic>(urlOf("bundles/logic.mjs"));
  assert.equal(await within(bundled.byHelper()), [3, 3]);
});

test("a test replaces it by its name alone", async () => {
  const logic = blockingModule<Logic>(urlOf("logic.ts"));
  const mock = mockAsyncModule<Package>("awaitlet-dual", { kind: "mock", version: 9 });
  assert.equal(await within(logic.byHelper()), [9, 9]);
  mock.restore();
  assert.equal(await within(logic.byHelper()), [1, 2]);
});

test("what is neither a URL nor the name of a package is refused", () => {
  for (const name of ["./db.ts", "../db.ts", "/db.ts", "", "a b", ".\\db.ts"])
    assert.throws(() => asyncModule(name), /^name a module by asyncModule\(\): ".*" is not a URL/);
  assert.throws(() => asyncModule("pg", "./here.ts"), /"\.\/here\.ts" is not a URL/);
  assert.throws(() => blockingModule("pg"), /"pg" is not a URL/);
  assert.throws(() => syncModule("pg"), /"pg" is not a URL/);
});

test.after(() => rmSync(folder, { recursive: true }));

test.run();
