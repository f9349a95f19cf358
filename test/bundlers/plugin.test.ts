// What the plugin does beyond the recipes: a whole program in one file, a missing module, what Vite builds for browsers.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import awaitlet from "../../src/bundlers/rollup.ts";
import { name, root } from "../support/this_runtime.ts";
import { makeProject } from "./project.ts";

const test = suite("the plugin for bundlers");

const folder = mkdtempSync(join(tmpdir(), "awaitlet-plugin-"));

test.before(() => makeProject(folder, "program"));
test.after(() => rmSync(folder, { recursive: true }));

/** Runs a program in the project: a bundler on Node, what is bundled on the runtime of this test. */
function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1" },
  });
  assert.is(status, 0, stdout + stderr);
  return stdout + stderr;
}

/** Bundles a file of `src`. Gives what the bundler says. */
function bundle(config: string, bundler: "vite" | "rolldown"): string {
  writeFileSync(join(folder, `${bundler}.config.js`), `import awaitlet from "awaitlet/rollup";\n${config}`);
  return bundler === "vite"
    ? run("node", "node_modules/vite/bin/vite.js", "build")
    : run("node", "node_modules/rolldown/bin/cli.mjs", "--config");
}

const runBuilt = (file: string) =>
  run(process.execPath, ...(name === "deno" ? ["run", "--no-prompt", "-A"] : []), file);

const rolldown = (input: string, more = "") => `export default {
  input: "src/${input}", platform: "node", external: [/^awaitlet/], plugins: [awaitlet()], ${more}
  output: { dir: "dist", cleanDir: true, minify: true },
};`;

test("a program in one file names itself", () => {
  const text = readFileSync(join(root, "demo/one_file.ts"), "utf8").replace('"../mod.ts"', '"awaitlet"');
  writeFileSync(join(folder, "src/one_file.ts"), text);
  // Within another module's chunk it would have no exports.
  writeFileSync(
    join(folder, "src/start.ts"),
    `import "./one_file.ts"; import { isBlockingThread } from "awaitlet"; console.log("started", isBlockingThread());`,
  );
  bundle(rolldown("start.ts"), "rolldown");
  assert.is(runBuilt("dist/start.js"), "started false\nhello, ann\n");
});

test("a module that is not there: a warning, and the error of the first call", () => {
  writeFileSync(
    join(folder, "src/lost.ts"),
    `import { blockingModule } from "awaitlet";
    const logic = blockingModule<{ f(): void }>(new URL("./absent.ts", import.meta.url));
    logic.f().catch((error) => console.log(error.message));`,
  );
  assert.match(
    bundle(rolldown("lost.ts"), "rolldown"),
    /there is no module \.\/absent\.ts, which .*lost\.ts names: its URL is left as it is/,
  );
  assert.match(runBuilt("dist/lost.js"), /there is neither .*dist\/absent\.ts nor .*docs\/bundling\.md/);
});

const SPREAD = `import { blockingModule } from "awaitlet";
const logic = blockingModule<typeof import("./logic.ts")>(
  new URL(
    "./logic.js",
    import.meta.url,
  ),
);
logic.rename(1, "bob", async (word) => word).then(console.log, console.log);
`;

test("a path that names what the source is compiled to", () => {
  writeFileSync(join(folder, "src/named.ts"), SPREAD);
  bundle(rolldown("named.ts"), "rolldown");
  assert.is(runBuilt("dist/named.js"), "ann is bob now!\n");
});

test("what is rewritten has as many lines, so that maps of the source still fit", async () => {
  const context = {
    resolve: async (path: string) => (path.endsWith(".ts") ? { id: `/src/${path}` } : null),
    emitFile: () => "abc",
    warn: () => {},
  };
  const { code = "" } = (await awaitlet().transform.call(context, SPREAD, "/src/main.ts")) ?? {};
  assert.match(code, /new URL\(import\.meta\.ROLLUP_FILE_URL_abc\s*\)/);
  const lineOf = (text: string) => text.split("\n").findIndex((line) => line.startsWith("logic.rename"));
  assert.is(lineOf(code), lineOf(SPREAD));
});

test("errors keep their classes where a minifier has renamed these", () => {
  const sources = {
    "errors.ts": `import { registerError } from "awaitlet";
      export class Refused extends Error { code = 7; }
      registerError(Refused, "Refused");`,
    "throwing.ts": `import { awaitlet, asyncModule } from "awaitlet"; import { Refused } from "./errors.ts";
      const users = asyncModule<{ findName(id: unknown): Promise<string> }>(new URL("./async/users.ts", import.meta.url));
      export const refuse = () => { throw new Refused("no"); };
      export const lose = () => awaitlet(users.findName(new WeakMap()));
      export const die = () => process.exit(3);`,
    "catching.ts": `import { blockingModule, NotTransferable, ThreadDied } from "awaitlet"; import { Refused } from "./errors.ts";
      const logic = blockingModule<typeof import("./throwing.ts")>(new URL("./throwing.ts", import.meta.url));
      for (const [call, Class] of [[logic.refuse, Refused], [logic.lose, NotTransferable], [logic.die, ThreadDied]] as const)
        await call().catch((error) => console.log(error instanceof Class, error.constructor === Class));`,
  };
  for (const [file, text] of Object.entries(sources)) writeFileSync(join(folder, "src", file), text);
  bundle(rolldown("catching.ts").replace("external: [/^awaitlet/], ", ""), "rolldown");
  assert.is(runBuilt("dist/catching.js"), "true true\n".repeat(3));
});

test("what Vite builds for browsers stays as it is", () => {
  writeFileSync(
    join(folder, "src/page.ts"),
    `import { blockingModule } from "awaitlet"; blockingModule(new URL("./logic.ts", import.meta.url));`,
  );
  const build = (ssr: boolean) => {
    bundle(
      `export default { plugins: [awaitlet()], logLevel: "error", ssr: { external: true }, build: { ssr: ${ssr}, outDir: "dist", emptyOutDir: true,
      rolldownOptions: { input: "src/page.ts", external: [/^awaitlet/] } } };`,
      "vite",
    );
    return readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" }).join("\n");
  };
  assert.match(build(true), /logic-[\w-]+\.js/);
  assert.not.match(build(false), /logic-[\w-]+\.js/);
});

test.run();
