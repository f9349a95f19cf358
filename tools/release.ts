/**
 * Releases a version: `npm run release` checks all that a release needs, runs the whole gate, and rehearses the publication on npm and JSR.
 * `npm run release -- --publish` then publishes, with provenance: a statement, signed by the CI service, of the commit and the
 * workflow that made the package. It is for `.github/workflows/release.yml`, as only a CI service can sign.
 *
 * `--gate-passed` leaves the gate out, where it has passed on this very commit. For a rehearsal, `--allow-dirty` allows changes that are not
 * committed, and `--tarball FILE` takes a package that was packed before.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { problemsOf } from "./release_problems.ts";

const root = join(import.meta.dirname, "..");

const { values: options } = parseArgs({
  options: {
    publish: { type: "boolean", default: false },
    "gate-passed": { type: "boolean", default: false },
    "allow-dirty": { type: "boolean", default: false },
    tarball: { type: "string" },
  },
});

const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** Runs a program, shows what it says, and ends where it fails. */
function mustRun(what: string, program: string, ...args: string[]): void {
  console.log(`== ${what}`);
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: "inherit" });
  if (error !== undefined) fail(what, error.message);
  if (status !== 0) fail(what, `${program} ${args.join(" ")} ended with ${status}`);
}

/** What a program prints. */
function ask(program: string, ...args: string[]): string {
  return spawnSync(program, args, { cwd: root, encoding: "utf8" }).stdout.trim();
}

function fail(what: string, why: string): never {
  console.error(`${what}: ${why}`);
  process.exit(1);
}

/** Packs into an empty folder. Gives the path of the tarball. */
function pack(folder: string): string {
  mustRun("pack", "npm", "pack", "--silent", "--pack-destination", folder);
  return join(folder, readdirSync(folder)[0] as string);
}

const { version } = JSON.parse(read("package.json")) as { version: string };

const problems = problemsOf({
  version,
  denoVersion: (JSON.parse(read("deno.json")) as { version: string }).version,
  ownVersion: /VERSION = "([^"]*)"/.exec(read("src/runtime/copies.ts"))?.[1],
  changelog: read("CHANGELOG.md"),
  changes: options["allow-dirty"] ? "" : ask("git", "status", "--porcelain"),
  tag: options.publish ? ask("git", "tag", "--points-at", "HEAD") : undefined,
  hasSigner: process.env.ACTIONS_ID_TOKEN_REQUEST_URL !== undefined,
});
if (problems.length > 0) fail(`release ${version}`, `\n- ${problems.join("\n- ")}`);

if (!options["gate-passed"]) mustRun("the gate", "bash", ".ci/run");

const scratch = mkdtempSync(join(tmpdir(), "awaitlet-release-"));
try {
  // What is rehearsed is what is published: one tarball.
  const tarball = options.publish ? pack(scratch) : (options.tarball ?? pack(scratch));
  mustRun("rehearse on npm", "npm", "publish", tarball, "--dry-run", "--access", "public");
  mustRun(
    "rehearse on JSR",
    join(root, "node_modules/.bin/deno"),
    "publish",
    "--dry-run",
    "--quiet",
    ...(options["allow-dirty"] ? ["--allow-dirty"] : []),
  );
  if (options.publish) {
    mustRun("publish on npm", "npm", "publish", tarball, "--provenance", "--access", "public");
    mustRun("publish on JSR", join(root, "node_modules/.bin/deno"), "publish");
  }
} finally {
  rmSync(scratch, { recursive: true });
}
console.log(options.publish ? `released ${version}` : `${version} can be released`);
