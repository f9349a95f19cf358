import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { madeOnce } from "./made_once.ts";
import { mustRun } from "./must_run.ts";

/**
 * Installs programs that some tests need and nothing else does, in a folder of their own and once.
 *
 * @param kind What they are for.
 * @param packages Their names and versions.
 * @returns The path of the folder's `node_modules`.
 */
export function installTools(kind: string, packages: Readonly<Record<string, string>>): string {
  const text = JSON.stringify({ private: true, dependencies: packages });
  const key = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const folder = madeOnce(kind, key, (making) => {
    writeFileSync(join(making, "package.json"), text);
    mustRun("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"], making);
  });
  return join(folder, "node_modules");
}

/** Links the packages of one `node_modules` into that of a project. */
export function linkTools(tools: string, project: string): void {
  const modules = join(project, "node_modules");
  mkdirSync(modules, { recursive: true });
  for (const name of readdirSync(tools)) {
    if (!name.startsWith(".")) symlinkSync(join(tools, name), join(modules, name));
  }
}

/** The environment, with the programs of some `node_modules` found first. */
export function withTools(...modules: string[]): NodeJS.ProcessEnv {
  const path = [...modules.map((folder) => join(folder, ".bin")), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, NO_COLOR: "1" };
}
