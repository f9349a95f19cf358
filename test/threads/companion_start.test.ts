// How the companion of a plain program starts, in the package as npm has it.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installPackage } from "../support/package.ts";
import { name } from "../support/this_runtime.ts";

const test = suite("the start of a companion");

const folder = mkdtempSync(join(tmpdir(), "awaitlet-start-"));

const files = {
  "package.json": '{ "type": "module" }',
  "back.js": `
    import process from "node:process";
    export const add = async (a, b) => a + b;
    export async function read() {
      let text = "";
      for await (const chunk of process.stdin) text += chunk;
      return text;
    }`,
  "calls.js": `
    import { renameSync } from "node:fs";
    import { syncModule } from "awaitlet";
    const file = "node_modules/awaitlet/dist/awaitlet.mjs";
    const call = () => {
      try {
        const { add } = syncModule(new URL("./back.js", import.meta.url));
        console.log(add(1, 2));
      } catch (error) {
        console.log(error.name + ": " + error.message);
      }
    };
    renameSync(file, file + ".away");
    call();
    call();
    renameSync(file + ".away", file);
    call();`,
  "reads.js": `
    import { syncModule } from "awaitlet";
    const { read } = syncModule(new URL("./back.js", import.meta.url));
    console.log(JSON.stringify(read()));`,
  "preload.js": `
    import { isMainThread } from "node:worker_threads";
    import { syncModule } from "awaitlet";
    const { add } = syncModule(new URL("./back.js", import.meta.url));
    console.log(isMainThread ? "program" : "thread", add(1, 2));
    globalThis.add = add;`,
  "preloaded.js": "console.log(globalThis.add(3, 4));",
};

test.before(() => {
  installPackage(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
});

test.after(() => rmSync(folder, { recursive: true, force: true }));

function run(flags: readonly string[], file: string, input = ""): string {
  const args = name === "deno" ? ["run", "--no-prompt", "-A", ...flags, file] : [...flags, file];
  const { stdout, stderr, signal } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: "utf8",
    input,
    timeout: 60_000,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1" },
  });
  assert.is(signal, null, stdout + stderr);
  return stdout.trim();
}

test("where its file is missing the call says which, and a later one finds it", () => {
  const [first, second, third] = run([], "calls.js").split("\n");
  for (const said of [first, second]) {
    assert.match(said ?? "", /^ThreadDied: start the companion thread: .*awaitlet\.mjs/);
  }
  assert.is(third, "3");
});

test("its async code reads the program's stdin", () => {
  assert.is(run([], "reads.js", "ann\nben ☃\n"), '"ann\\nben ☃\\n"');
  assert.is(run([], "reads.js"), '""');
});

test("a script that is loaded first may use syncModule(), and starts no threads without end", () => {
  const flags = name === "bun" ? ["--preload", "./preload.js"] : ["--import", "./preload.js"];
  const lines = run(flags, "preloaded.js").split("\n");
  assert.is(lines.at(-1), "7");
  assert.is(lines.filter((line) => line === "program 3").length, 1);
  assert.ok(lines.length <= 4, lines.join(", "));
});

test.run();
