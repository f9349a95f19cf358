// awaitlet/postgres within a bundle: its loop's half and its classes are found there, under names that a minifier has changed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mustRun } from "../support/must_run.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { makeProject } from "./project.ts";

const test = suite("awaitlet/postgres in a bundle");
const onServer = (await isServerThere()) ? test : test.skip;

const config = `import awaitlet from "awaitlet/rollup";
export default {
  plugins: [awaitlet()],
  ssr: { noExternal: true },
  build: { ssr: "src/main.ts", minify: true },
  logLevel: "error",
};`;

onServer("runs without node_modules", () => {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-postgres-"));
  try {
    makeProject(folder, "postgres");
    writeFileSync(join(folder, "vite.config.js"), config);
    mustRun(join(folder, "node_modules/vite/bin/vite.js"), ["build"], folder);
    for (const part of ["node_modules", "src"]) rmSync(join(folder, part), { recursive: true });
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [...(name === "deno" ? ["run", "--no-prompt", "-A"] : []), "dist/main.js", url],
      { cwd: folder, encoding: "utf8", timeout: 60_000, killSignal: "SIGKILL" },
    );
    assert.is(stdout + stderr, "by a connection\nby an engine\ntrue 42601\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
