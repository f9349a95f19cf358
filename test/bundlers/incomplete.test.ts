// Bundles that lack a file: the first call says which, and names the page of the documentation.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mustRun } from "../support/must_run.ts";
import { installPackage } from "../support/package.ts";
import { name, root } from "../support/this_runtime.ts";

const test = suite("a bundle that lacks a file");

const folder = mkdtempSync(join(tmpdir(), "awaitlet-incomplete-"));

const sources = {
  "logic.js": "export const double = (n) => 2 * n;",
  "main.js": `import { asyncDef, blockingModule } from "awaitlet";
    const logic = blockingModule(new URL("./logic.js", globalThis.base ?? import.meta.url));
    for (const promise of [asyncDef(logic.double, 1), asyncDef(logic.double, 2)])
      promise.then(console.log, (error) => console.log(error.name + ": " + error.message));`,
  "plain.js": `import { asyncModule, awaitlet, syncDef } from "awaitlet";
    const timers = asyncModule("node:timers/promises");
    try { console.log(syncDef(() => awaitlet(timers.setTimeout(1, "done")))); } catch (error) { console.log(error.name + ": " + error.message); }`,
  "nameless.js": `import { blockingModule } from "awaitlet";
    try { blockingModule(import.meta.url); } catch (error) { console.log(error.name + ": " + error.message); }`,
  "money.js": `import { asyncModule, awaitlet, registerClass, syncDef } from "awaitlet";
    class Money {}
    registerClass(Money, { module: import.meta.url, toData: () => 1, fromData: () => new Money() });
    const timers = asyncModule("node:timers/promises");
    try { syncDef(() => awaitlet(timers.setTimeout(1, new Money()))); } catch (error) { console.log(error.name + ": " + error.message); }`,
  "server.js": `import { createEngine, sql } from "awaitlet/postgres";
    import { asyncModule, syncDef } from "awaitlet";
    const ask = () => createEngine("postgres://127.0.0.1:1/none").begin((conn) => conn.execute(sql\`select 1\`).scalar());
    try { syncDef(ask); } catch (error) { console.log(error.name + ": " + error.message); }`,
};

/** Bundles one of the sources, and gives what the bundle prints on the runtime of this test. */
function printed(source: keyof typeof sources, ...flags: string[]): string {
  const isCommonJs = flags.includes("--format=cjs");
  const file = join(folder, "dist", source.replace(".js", isCommonJs ? ".cjs" : ".mjs"));
  const common = ["--bundle", "--platform=node", "--log-level=error", `--outfile=${file}`];
  mustRun(join(root, "node_modules/.bin/esbuild"), [source, ...common, ...flags], folder);
  const args = name === "deno" ? ["run", "--no-prompt", "-A", file] : [file];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return stdout + stderr;
}

test.before(() => {
  installPackage(folder);
  mkdirSync(join(folder, "dist"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  for (const [file, text] of Object.entries(sources)) writeFileSync(join(folder, file), text);
});

test.after(() => rmSync(folder, { recursive: true }));

test("a blocking module", () => {
  assert.match(
    printed("main.js", "--format=esm", "--packages=external"),
    /^ThreadDied: load .*dist\/logic\.js: there is neither .*dist\/logic\.js nor .* \(see docs\/bundling\.md of awaitlet\)/,
  );
});

for (const source of ["main.js", "plain.js"] as const) {
  test(`awaitlet's own file, in ${source}`, () => {
    const lines = printed(source, "--format=esm").trim().split("\n");
    assert.is(lines.length, source === "main.js" ? 2 : 1);
    for (const line of lines) {
      assert.match(
        line,
        /^ThreadDied: start (a blocking|the companion) thread: there is no file .*dist\/awaitlet\.mjs; .* \(see docs\/bundling\.md of awaitlet\)$/,
      );
    }
  });

  test(`any URL, as a CommonJS bundle of ${source}`, () => {
    assert.match(
      printed(source, "--format=cjs", '--banner:js=globalThis.base = "file:///"'),
      /^ThreadDied: start (a blocking|the companion) thread: this bundle does not know where it is.* \(see docs\/bundling\.md of awaitlet\)/,
    );
  });
}

test("any URL, where a module names itself", () => {
  assert.match(
    printed("nameless.js", "--format=cjs", "--packages=external"),
    /^TypeError: name a module by blockingModule\(\): .*import\.meta\.url is undefined in a CommonJS bundle; see docs\/bundling\.md/,
  );
});

test("any URL, where a class names its module", () => {
  assert.match(
    printed("money.js", "--format=cjs", "--packages=external"),
    /TypeError: registerClass\(Money\): .*import\.meta\.url is undefined in a CommonJS bundle; see docs\/bundling\.md/,
  );
});

test("the loop's half of awaitlet/postgres", () => {
  const ownFile = join(folder, "dist/awaitlet.mjs");
  cpSync(join(folder, "node_modules/awaitlet/dist/awaitlet.mjs"), ownFile);
  try {
    assert.match(
      printed("server.js", "--format=esm", "--external:postgres"),
      /: load a part of awaitlet: there is no file .*dist\/postgres_loop\.mjs.* \(see docs\/bundling\.md of awaitlet\)/,
    );
  } finally {
    rmSync(ownFile);
  }
});

test("awaitlet/postgres, as a CommonJS bundle: at the first call, not when it is loaded", () => {
  assert.match(
    printed("server.js", "--format=cjs", "--external:postgres"),
    /^ThreadDied: start the companion thread: this bundle does not know where it is.* \(see docs\/bundling\.md/,
  );
});

test.run();
