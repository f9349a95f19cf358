import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { problemsOf } from "../../tools/release_problems.ts";
import { packed } from "../support/package.ts";
import { name, root } from "../support/this_runtime.ts";

const test = suite("a release");

const READY = {
  version: "1.2.3",
  denoVersion: "1.2.3",
  ownVersion: "1.2.3",
  changelog: "# Changelog\n\n## 1.2.3 - 2026-01-31\n\n- new\n\n## 1.2.2 - 2026-01-01\n",
  changes: "",
  tag: "v1.2.3",
  hasSigner: true,
};

test("has nothing in its way when all is ready", () => {
  assert.equal(problemsOf(READY), []);
});

for (const [what, change, problem] of [
  ["another version in deno.json", { denoVersion: "1.2.2" }, /deno\.json has version 1\.2\.2/],
  ["another version in the code", { ownVersion: undefined }, /copies\.ts has version undefined/],
  ["a changelog without it", { changelog: "## 1.2.2 - 2026-01-01" }, /begins with 1\.2\.2; describe 1\.2\.3/],
  [
    "a changelog without a date",
    { changelog: "## 1.2.3 - unreleased" },
    /no date for 1\.2\.3, but "unreleased"/,
  ],
  ["work that is not committed", { changes: " M mod.ts" }, /not committed:\n M mod\.ts/],
  ["no tag", { tag: "v1.2.2\nv1.2.4" }, /no tag v1\.2\.3/],
  ["no one to sign", { hasSigner: false }, /nothing here can sign/],
] as const) {
  test(`is refused for ${what}`, () => {
    const problems = problemsOf({ ...READY, ...change });
    assert.is(problems.length, 1);
    assert.match(problems[0] as string, problem);
  });
}

test("needs no date and no tag for a rehearsal", () => {
  assert.equal(
    problemsOf({ ...READY, changelog: "## 1.2.3 - unreleased", tag: undefined, hasSigner: false }),
    [],
  );
});

// It takes a while, and is the same whichever runtime asks for it.
const once = name === "node" ? test : () => {};

once("is rehearsed on both registries", () => {
  const args = [
    "--import",
    "tsx",
    "tools/release.ts",
    "--gate-passed",
    "--allow-dirty",
    "--tarball",
    packed(),
  ];
  const { status, stdout, stderr } = spawnSync("node", args, {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1", PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}` },
  });
  assert.is(status, 0, stdout + stderr);
  assert.match(stdout, /\+ awaitlet@\d/);
  assert.match(stdout, /\d can be released\n$/);
});

test("is not published from here", () => {
  const args = ["--import", "tsx", "tools/release.ts", "--gate-passed", "--allow-dirty", "--publish"];
  const { ACTIONS_ID_TOKEN_REQUEST_URL: _, ...env } = process.env;
  const { status, stderr } = spawnSync("node", args, { cwd: root, encoding: "utf8", timeout: 60_000, env });
  assert.is(status, 1);
  assert.match(stderr, /nothing here can sign the provenance/);
});

test.run();
