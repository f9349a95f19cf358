// The recipe for Next.js of docs/bundling.md, as it stands there: built from the package as npm installs it, served from its folder, and
// from a copy of the standalone build.

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePort } from "../support/free_port.ts";
import { mustRun } from "../support/must_run.ts";
import { installPackage } from "../support/package.ts";
import { name, root } from "../support/this_runtime.ts";
import { installTools } from "../support/tools.ts";

const test = suite("the recipe for Next.js");
// The blocking modules are run from their sources, which Node reads by itself from 22.18 on.
const isServedHere = name === "node" && Boolean(Reflect.get(process.features, "typescript"));

const PACKAGES = {
  "@types/node": "24.19.2",
  "@types/react": "19.3.0",
  next: "16.4.6",
  react: "19.3.1",
  "react-dom": "19.3.1",
  typescript: "5.9.3",
};

const folder = mkdtempSync(join(tmpdir(), "awaitlet-next-"));
const project = join(folder, "project");
const copy = join(folder, "copy");

/** The files that the page shows. */
function filesOfPage(): [file: string, text: string][] {
  const page = readFileSync(join(root, "docs/bundling.md"), "utf8");
  const [section = ""] = /^## Next\.js[\s\S]*?(?=^## )/m.exec(page) ?? [];
  return [...section.matchAll(/^```\n\/\/ (\S+)\n([\s\S]*?)^```/gm)].map(([, file = "", text = ""]) => [
    file,
    text,
  ]);
}

function makeProject(): void {
  mkdirSync(project);
  // Turbopack follows no link that leads out of the project.
  mustRun("cp", ["-a", installTools("next", PACKAGES), project], folder);
  installPackage(project);
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), text);
  };
  write("package.json", '{ "type": "module", "private": true }');
  for (const [file, text] of filesOfPage()) write(file, text);
  for (const file of ["logic.ts", "users.ts"]) {
    const text = readFileSync(join(root, "demo/quickstart", file), "utf8");
    write(join("blocking", file), text.replaceAll(/"(\.\.\/)+mod\.ts"/g, '"awaitlet"'));
  }
}

let server: ChildProcess | undefined;

/** What a server answers that is started in a folder by that command. */
async function answerOf(cwd: string, args: readonly string[], port: number): Promise<string> {
  let printed = "";
  const started = spawn(process.execPath, args, {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PORT: String(port), HOSTNAME: "127.0.0.1", NEXT_TELEMETRY_DISABLED: "1" },
  });
  server = started;
  for (const output of [started.stdout, started.stderr])
    output.on("data", (chunk) => (printed += String(chunk)));
  for (const until = Date.now() + 60_000; Date.now() < until; ) {
    try {
      return await (await fetch(`http://127.0.0.1:${port}/api/rename`)).text();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    if (started.exitCode !== null) break;
  }
  throw new Error(`it does not answer:\n${printed}`);
}

test.after.each(() => {
  server?.kill("SIGKILL");
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test("shows the configuration and the route", () => {
  assert.equal(
    filesOfPage().map(([file]) => file),
    ["next.config.mjs", "app/api/rename/route.ts"],
  );
});

const whereServed = isServedHere ? test : () => {};

whereServed("builds, and is served", async () => {
  makeProject();
  const config = join(project, "next.config.mjs");
  const text = readFileSync(config, "utf8");
  writeFileSync(config, text.replace("{\n", '{\n  output: "standalone",\n'));
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  mustRun(process.execPath, ["node_modules/next/dist/bin/next", "build"], project);
  const answer = '"ann is bob now"';
  assert.is(
    await answerOf(project, [join(project, "node_modules/next/dist/bin/next"), "start"], await freePort()),
    answer,
  );
  server?.kill("SIGKILL");
  cpSync(join(project, ".next/standalone"), copy, { recursive: true, verbatimSymlinks: true });
  rmSync(project, { recursive: true });
  assert.is(await answerOf(copy, ["server.js"], await freePort()), answer);
});

test.run();
