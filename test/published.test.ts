// What is published: what the registries' own checkers say of it, how large it is, and that what it says of itself is there.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { mustRun } from "./support/must_run.ts";
import { installPackage, packed } from "./support/package.ts";
import { root } from "./support/this_runtime.ts";
import { installTools } from "./support/tools.ts";

const test = suite("what is published");

const folder = mkdtempSync(join(tmpdir(), "awaitlet-published-"));
const place = join(folder, "node_modules/awaitlet");
let tools = "";

interface Manifest {
  readonly version: string;
  readonly files: readonly string[];
  readonly homepage: string;
  readonly bugs: { readonly url: string };
  readonly repository: { readonly url: string };
  readonly keywords: readonly string[];
  readonly engines: Readonly<Record<string, string>>;
}

test.before(() => {
  tools = installTools("checkers", { "@arethetypeswrong/cli": "0.18.5", publint: "0.3.25" });
  installPackage(folder);
});

test.after(() => rmSync(folder, { recursive: true }));

test("publint has nothing to say", () => {
  const said = mustRun("node", [join(tools, "publint/src/cli.js"), "run", packed(), "--strict"], root);
  assert.match(said, /All good!/);
});

test("attw finds the types right", () => {
  const said = mustRun("node", [join(tools, "@arethetypeswrong/cli/dist/index.js"), packed()], root);
  assert.match(said, /No problems found/);
});

test("it is small", () => {
  const { size } = statSync(packed());
  assert.ok(size > 50_000 && size < 400_000, `${size} bytes`);
});

test("it says where it comes from, and for whom it is", () => {
  const manifest = JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as Manifest;
  assert.match(manifest.repository.url, /^git\+https:/);
  assert.ok(manifest.homepage.startsWith("https:") && manifest.bugs.url.startsWith("https:"));
  assert.ok(manifest.keywords.length > 5);
  // `require()` of an ES module, by which CommonJS gets awaitlet.
  assert.is(manifest.engines.node, "^20.19.0 || >=22.12.0");
});

test("it is of one version everywhere", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const deno = JSON.parse(readFileSync(join(root, "deno.json"), "utf8")) as Manifest;
  assert.is(deno.version, version);
  assert.match(readFileSync(join(root, "src/runtime/copies.ts"), "utf8"), `VERSION = "${version}"`);
  assert.match(readFileSync(join(root, "CHANGELOG.md"), "utf8"), new RegExp(`^## ${version} `, "m"));
});

test("its documentation is there, and what that links to", () => {
  const pages = ["README.md", "docs/bundling.md", "docs/postgres.md", "docs/architecture.md"];
  for (const page of pages) {
    const text = readFileSync(join(place, page), "utf8");
    const links = [...text.matchAll(/\]\(((?:docs\/)?[\w-]+\.md)/g)].map(([, link = ""]) => link);
    for (const link of links) {
      // To work on it takes the repository.
      if (link === "CONTRIBUTING.md") continue;
      assert.ok(existsSync(join(place, page, "..", link)), `${page} links to ${link}`);
    }
  }
});

test.run();
