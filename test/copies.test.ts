// Two copies of awaitlet in one program, as a dependency that has its own brings it.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installPackage } from "./support/package.ts";
import { name, root } from "./support/this_runtime.ts";

const test = suite("two copies of awaitlet");

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

const folder = mkdtempSync(join(tmpdir(), "awaitlet-copies-"));

const dep = {
  "package.json": '{ "name": "dep", "type": "module", "exports": "./stock.js" }',
  "shelf.js": `
    import { currentSignal, onTaskEnd, registerError } from "awaitlet";
    export class SoldOut extends Error {}
    registerError(SoldOut);
    export const count = async (name) => ({ tea: 2, milk: 3 })[name];
    export const hasSignal = async () => currentSignal() !== undefined;
    export async function take() { throw new SoldOut("none is left"); }`,
  "stock.js": `
    import { asyncModule, awaitlet, ContextVar, isBlockingThread, NotTransferable, ReferenceReleased, syncDef } from "awaitlet";
    import { SoldOut } from "./shelf.js";
    const shelf = asyncModule(new URL("./shelf.js", import.meta.url));
    const who = new ContextVar("who");
    export const total = (names) => names.reduce((sum, name) => sum + awaitlet(shelf.count(name)), 0);
    export const plainTotal = (names) => syncDef(total, names);
    export const facts = () => [isBlockingThread(), awaitlet(shelf.hasSignal()), who.get()];
    export function takes() {
      try { awaitlet(shelf.take()); } catch (error) { return error instanceof SoldOut; }
    }
    export function refusal() {
      try { awaitlet(shelf.count(new WeakMap())); } catch (error) {
        return [error instanceof NotTransferable, error instanceof ReferenceReleased, error instanceof TypeError];
      }
    }
    export function loseIt() { awaitlet(shelf.count(new WeakMap())); }
    export const other = () => { try { return total(["tea"]); } catch (error) { return error.name + ": " + error.message; } };`,
};

const program = `
  import { asyncDef, asyncModule, awaitlet, blockingModule, ContextVar, NoAwaitletContext, NotTransferable, syncDef } from "awaitlet";
  import * as plain from "./node_modules/dep/stock.js";
  const stock = blockingModule(new URL("./node_modules/dep/stock.js", import.meta.url));
  const who = new ContextVar("who");
  const programs = {
    other: () => asyncDef(stock.other),
    otherPlainly: () => syncDef(plain.other),
    async all() {
      const said = {};
      said.total = await asyncDef(stock.total, ["tea", "milk"]);
      said.many = await Promise.all(Array.from({ length: 20 }, () => stock.total(["tea", "milk"])));
      said.plain = [plain.plainTotal(["tea"]), syncDef(plain.total, ["milk"]), plain.plainTotal(["milk"])];
      said.facts = await who.run("ann", () => asyncDef(stock.facts));
      said.takes = await asyncDef(stock.takes);
      said.refusal = await asyncDef(stock.refusal);
      said.lost = await asyncDef(stock.loseIt).catch((error) => [error instanceof NotTransferable, error instanceof NoAwaitletContext]);
      return said;
    },
  };
  console.log(JSON.stringify(await programs[process.argv[2]]()));`;

const awaitletOf = (place: string) => join(folder, place, "node_modules", "awaitlet");

test.before(() => {
  installPackage(folder);
  for (const place of ["node_modules/dep", "older/node_modules/dep"]) {
    mkdirSync(join(folder, place), { recursive: true });
    for (const [file, text] of Object.entries(dep)) writeFileSync(join(folder, place, file), text);
    cpSync(awaitletOf("."), awaitletOf(place), { recursive: true });
  }
  cpSync(awaitletOf("."), awaitletOf("older"), { recursive: true });
  for (const place of [".", "older"]) {
    writeFileSync(join(folder, place, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, place, "program.mjs"), program);
  }
  // One of another protocol.
  const file = join(awaitletOf("older/node_modules/dep"), "dist", "awaitlet.mjs");
  const text = readFileSync(file, "utf8");
  const older = text
    .replace(/VERSION = "[^"]*"/, 'VERSION = "0.0.9"')
    .replace(/PROTOCOL = \d+/, "PROTOCOL = 0");
  assert.is.not(older, text);
  writeFileSync(file, older);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

function run(place: string, what: string): unknown {
  const args = name === "deno" ? ["run", "--no-prompt", "-A", "program.mjs", what] : ["program.mjs", what];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: join(folder, place),
    encoding: "utf8",
    timeout: 60_000,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1" },
  });
  assert.match(stdout, /^[[{"]/, stdout + stderr);
  return JSON.parse(stdout);
}

test("what a dependency does by its own copy holds in the program's tasks, and plainly", () => {
  assert.equal(run(".", "all"), {
    total: 5,
    many: new Array(20).fill(5),
    plain: [2, 3, 3],
    facts: [true, true, "ann"],
    takes: true,
    refusal: [true, false, true],
    lost: [true, false],
  });
});

for (const [what, thread] of [
  ["other", "a task"],
  ["otherPlainly", "syncDef()"],
] as const) {
  test(`a copy that does not go with the one of ${thread} says which both are`, () => {
    const said = String(run("older", what));
    assert.match(
      said,
      /^NoAwaitletContext: awaitlet: this is awaitlet 0\.0\.9 \(file:.*older\/node_modules\/dep\/node_modules\/awaitlet\/.*\)/,
    );
    const place = String.raw`\(file:.*/older/node_modules/awaitlet/dist/awaitlet\.mjs\)`;
    assert.match(said, new RegExp(`this thread belongs to awaitlet ${version} ${place}`));
  });
}

test.run();
