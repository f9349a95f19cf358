import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { madeOnce } from "./made_once.ts";
import { mustRun } from "./must_run.ts";
import { root } from "./this_runtime.ts";

/** What goes into the package, and what makes it. */
const PARTS = [
  "mod.ts",
  "deps.ts",
  "src",
  "tools",
  "docs",
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
];

function files(path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => files(join(path, name)));
}

/**
 * Packs the project as npm publishes it. The test files run side by side and all need the same package, so the first one
 * packs it for all of them, until the sources change.
 *
 * @returns The path of the tarball.
 */
export function packed(): string {
  const hash = createHash("sha256");
  for (const file of PARTS.flatMap(files)) hash.update(file).update(readFileSync(join(root, file)));
  const folder = madeOnce("package", hash.digest("hex").slice(0, 16), (making) => {
    mustRun("npm", ["pack", "--silent", "--pack-destination", making], root);
  });
  return join(folder, readdirSync(folder)[0] as string);
}

/** Installs the packed project into the `node_modules` of a folder, as npm does. */
export function installPackage(folder: string): void {
  const place = join(folder, "node_modules", "awaitlet");
  mkdirSync(place, { recursive: true });
  mustRun("tar", ["xzf", packed(), "--strip-components=1", "-C", place], folder);
}
