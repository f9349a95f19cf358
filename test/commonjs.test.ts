// CommonJS programs and modules, with the package as npm installs it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installPackage } from "./support/package.ts";
import { name } from "./support/this_runtime.ts";

const test = suite("CommonJS");

const folder = mkdtempSync(join(tmpdir(), "awaitlet-commonjs-"));

const files = {
  "package.json": '{ "private": true }',
  "main.cjs": `const { asyncDef, blockingModule, NotTransferable } = require("awaitlet");
    const { pathToFileURL } = require("node:url");
    const { join } = require("node:path");
    const logic = blockingModule(pathToFileURL(join(__dirname, "logic.cjs")));
    async function main() {
      console.log(await asyncDef(logic.rename, 1, "bob"));
      const error = await logic.fails().catch((error) => error);
      console.log(error instanceof NotTransferable, error.name);
    }
    void main();`,
  "logic.cjs": `const { asyncModule, awaitlet } = require("awaitlet");
    const { pathToFileURL } = require("node:url");
    const users = asyncModule(pathToFileURL(require.resolve("./users.cjs")));
    exports.rename = (id, name) => awaitlet(users.findName(id)) + " is " + name + " now, " + awaitlet(users.saveName(id, name));
    exports.fails = () => awaitlet(users.findName(new WeakMap()));`,
  "users.cjs": `const names = new Map([[1, "ann"]]);
    module.exports = {
      findName: async (id) => names.get(id),
      saveName: async (id, name) => names.set(id, name).get(id),
    };`,
  "plain.cjs": `const { syncDef } = require("awaitlet");
    console.log(syncDef(require("./logic.cjs").rename, 1, "bob"));`,
  "same.cjs": `const required = require("awaitlet");
    import("awaitlet").then((imported) =>
      console.log(required.asyncDef === imported.asyncDef, typeof require("awaitlet/postgres").sql));`,
  "made.cjs": `const make = (factor) => ({ double: (n) => factor * n, then: undefined });
    module.exports = make(2);`,
  "assigned.cjs": `const numbers = new Map([["double", (n) => 2 * n]]);
    Object.assign(exports, Object.fromEntries(numbers));`,
  "class.cjs": `class Numbers {}
    module.exports = Numbers;
    Numbers["dou" + "ble"] = (n) => 2 * n;`,
  "esm.mjs": `export default { double: (n) => 2 * n };
    export const triple = (n) => 3 * n;`,
  "computed.cjs": `const { asyncModule, blockingModule, syncModule } = require("awaitlet");
    const { pathToFileURL } = require("node:url");
    async function main() {
      const said = [];
      for (const file of ["made.cjs", "assigned.cjs", "class.cjs", "esm.mjs"]) {
        const url = pathToFileURL(require("node:path").join(__dirname, file));
        const ways = [blockingModule(url).double, asyncModule(url).double, async (n) => syncModule(url).double(n)];
        for (const double of ways) {
          try { said.push(await double(21)); } catch (error) { said.push(error.name); }
        }
      }
      console.log(said.join(" "));
    }
    void main();`,
};

test.before(() => {
  installPackage(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
});

test.after(() => rmSync(folder, { recursive: true }));

function printed(file: keyof typeof files): string {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [...(name === "deno" ? ["run", "--no-prompt", "-A"] : []), file],
    {
      cwd: folder,
      encoding: "utf8",
      timeout: 60_000,
      killSignal: "SIGKILL",
      env: { ...process.env, NO_COLOR: "1" },
    },
  );
  return stdout + stderr;
}

test("a program, its blocking and its async module", () => {
  assert.is(printed("main.cjs"), "ann is bob now, bob\ntrue NotTransferable\n");
});

test("a plain program", () => {
  assert.is(printed("plain.cjs"), "ann is bob now, bob\n");
});

test("require() and import give the same", () => {
  assert.is(printed("same.cjs"), "true function\n");
});

test("exports that are computed; those of an ES module's default are none", () => {
  assert.is(printed("computed.cjs"), "42 42 42 42 42 42 42 42 42 TypeError TypeError TypeError\n");
});

test.run();
