// Programs as tsc compiles them, with the package as npm installs it.

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installPackage } from "./support/package.ts";
import { name, root, runsFile } from "./support/this_runtime.ts";

const test = suite("compiled programs");

const folder = mkdtempSync(join(tmpdir(), "awaitlet-compiled-"));

function run([program, ...args]: [string, ...string[]]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: "1" },
  });
  assert.is(status, 0, `${stdout}${stderr}`);
  return stdout;
}

/** Runs what was compiled as its user does: without tsx. */
function runCompiled(file: string): string {
  const path = join(folder, "dist", file);
  return run(name === "node" ? [process.execPath, path] : runsFile(path));
}

test("compile", () => {
  installPackage(folder);
  mkdirSync(join(folder, "node_modules/@types"));
  symlinkSync(join(root, "node_modules/@types/node"), join(folder, "node_modules/@types/node"));
  const compilerOptions = {
    strict: true,
    module: "nodenext",
    target: "es2022",
    types: ["node"],
    rewriteRelativeImportExtensions: true,
    rootDir: "src",
    outDir: "dist",
  };
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["src"] }));
  mkdirSync(join(folder, "src"));
  for (const file of [
    "quickstart/main.ts",
    "quickstart/logic.ts",
    "quickstart/users.ts",
    "quickstart/plain.ts",
    "one_file.ts",
  ]) {
    const code = readFileSync(join(root, "demo", file), "utf8").replace(/"(..\/)+mod.ts"/, '"awaitlet"');
    writeFileSync(join(folder, "src", file.replace(/.*\//, "")), code);
  }
  run([
    process.execPath,
    ...(name === "deno" ? ["run", "-A"] : []),
    join(root, "node_modules/typescript/bin/tsc"),
    "-p",
    folder,
  ]);
});

test("the README's three modules run", () => {
  assert.is(runCompiled("main.js"), "ann is bob now\n");
});

test("so do its blocking ones in a plain program", () => {
  assert.is(runCompiled("plain.js"), "ann is bob now\n");
});

test("so does a program in one file", () => {
  assert.is(runCompiled("one_file.js"), "hello, ann\n");
});

test("a module that was not compiled is told of by both names, and what to do", () => {
  rmSync(join(folder, "dist/users.js"));
  writeFileSync(
    join(folder, "dist/missing.js"),
    `import { asyncDef, blockingModule } from "awaitlet";
    const logic = blockingModule(new URL("./logic.ts", import.meta.url));
    await asyncDef(logic.rename, 1, "bob").catch((error) => console.log(error.message));
    const absent = blockingModule(new URL("./absent.ts", import.meta.url));
    await asyncDef(absent.f).catch((error) => console.log(error.message));
`,
  );
  const [back = "", blocking = ""] = runCompiled("missing.js").split("\n");
  assert.match(
    back,
    /users\.ts nor users\.js beside it; write new URL\("\.\/users\.ts", import\.meta\.url\)/,
  );
  assert.match(blocking, /^load .*absent\.ts: there is neither .*absent\.ts nor absent\.js/);
});

test("clear up", () => {
  rmSync(folder, { recursive: true });
});

test.run();
