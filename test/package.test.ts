// What npm gets: JavaScript and types, without the sources, the driver, zod and Node's types at hand.

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { installPackage } from "./support/package.ts";
import { url } from "./support/postgres.ts";
import { name, root, runsFile } from "./support/this_runtime.ts";

const test = suite("the package");

const folder = mkdtempSync(join(tmpdir(), "awaitlet-package-"));
const modules = join(folder, "node_modules");

function run(program: string, args: readonly string[], cwd = folder): string {
  const { stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    timeout: 60_000,
    env: { ...process.env, NO_COLOR: "1" },
  });
  assert.is(error, undefined);
  return `${stdout}${stderr}`;
}

const tsc = join(root, "node_modules/.bin/tsc");

test("installs", () => {
  installPackage(folder);
  const { exports } = JSON.parse(readFileSync(join(modules, "awaitlet/package.json"), "utf8")) as {
    exports: Record<string, string | Record<string, string>>;
  };
  for (const target of Object.values(exports)) {
    for (const file of typeof target === "string" ? [target] : Object.values(target)) {
      assert.ok(existsSync(join(modules, "awaitlet", file)), `${file} is there`);
    }
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(
    join(folder, "logic.js"),
    `import { awaitlet, asyncModule } from "awaitlet";
    import { createEngine, sql } from "awaitlet/postgres";
    const back = asyncModule(new URL("./back.js", import.meta.url));
    export const double = (n) => awaitlet(back.double(n));
    export const ask = (url, word) => {
      const engine = createEngine(url);
      try {
        return engine.begin((conn) => conn.execute(sql\`select \${word}::text\`).scalar());
      } catch (error) {
        return error.name + ": " + error.message;
      } finally {
        engine.dispose();
      }
    };`,
  );
  writeFileSync(join(folder, "back.js"), "export const double = async (n) => n * 2;");
  writeFileSync(
    join(folder, "main.js"),
    `import { asyncDef, blockingModule } from "awaitlet";
    const logic = blockingModule(new URL("./logic.js", import.meta.url));
    console.log(await asyncDef(logic.double, 21));
    console.log(await asyncDef(logic.ask, ${JSON.stringify(url)}, "word"));`,
  );
});

function runMain(): string {
  const file = join(folder, "main.js");
  // Without what the tests are run with: a user has no tsx.
  const [program, ...args]: [string, ...string[]] =
    name === "node" ? [process.execPath, file] : runsFile(file);
  return run(program, args);
}

test("runs without the driver, and says that it is missing when it is needed", () => {
  assert.is(
    runMain(),
    '42\nConnectionError: connect to Postgres: the driver cannot be loaded; install the package "postgres", version 3.4.9 or later\n',
  );
});

test("runs with it", () => {
  mkdirSync(modules, { recursive: true });
  symlinkSync(join(root, "node_modules/postgres"), join(modules, "postgres"));
  assert.match(runMain(), /^42\nword\n$/);
  rmSync(join(modules, "postgres"));
});

test("its main file imports nothing", () => {
  const text = readFileSync(join(modules, "awaitlet/dist/awaitlet.mjs"), "utf8");
  // Not even those are imported, but asked for at run time: an import of one costs milliseconds on Node.
  const imported = [...text.matchAll(/^import .*?from "(.*)";$|^\} from "(.*)";$/gm)];
  assert.equal(imported, []);
  assert.match(text, /process\.getBuiltinModule\(/);
});

test("has types that need no others", () => {
  writeFileSync(
    join(folder, "program.ts"),
    `import { asyncDef, blockingModule } from "awaitlet";
    import { type Connection, createAsyncEngine, createEngine, sql } from "awaitlet/postgres";
    export const ids = (conn: Connection): number[] => conn.execute<{ id: number }>(sql\`select 1 as id\`).all().map((row) => row.id);
    export const engine = createEngine("postgres://host/db", { echo: true });
    export const loop = createAsyncEngine("postgres://host/db");
    // @ts-expect-error
    engine.connect().execute("select 1");
    void [asyncDef, blockingModule];`,
  );
  const compilerOptions = {
    strict: true,
    module: "nodenext",
    target: "es2022",
    lib: ["esnext", "dom"],
    types: [],
    noEmit: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["program.ts"] }));
  assert.is(run(tsc, ["-p", "."]), "");
});

test("clear up", () => {
  rmSync(folder, { recursive: true });
});

test.run();
