import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installPackage } from "../support/package.ts";
import { root } from "../support/this_runtime.ts";
import { installTools, linkTools } from "../support/tools.ts";

/** The bundlers that are tested with. */
export const BUNDLERS = {
  "@rspack/cli": "2.2.8",
  "@rspack/core": "2.3.3",
  esbuild: "0.28.2",
  "esbuild-loader": "4.5.0",
  rolldown: "1.3.2",
  rollup: "4.68.8",
  "rollup-plugin-esbuild": "6.2.1",
  vite: "8.3.8",
  webpack: "5.113.0",
  "webpack-cli": "7.3.1",
} as const;

/** Installs the bundlers, once for all tests. Gives their `node_modules`. */
export const installBundlers = (): string => installTools("bundlers", BUNDLERS);

/**
 * Makes a project of an empty folder, as a user has it: a program's sources, the package, and the bundlers.
 *
 * @param sources The folder of the program, beside this file.
 */
export function makeProject(folder: string, sources: string): void {
  linkTools(installBundlers(), folder);
  for (const name of ["tsx", "postgres"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  installPackage(folder);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  cpSync(join(root, "test/bundlers", sources), join(folder, "src"), { recursive: true });
  for (const file of readdirSync(join(folder, "src"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const path = join(folder, "src", file);
    const text = readFileSync(path, "utf8")
      .replaceAll(/"(\.\.\/)+mod\.ts"/g, '"awaitlet"')
      .replaceAll(/"(\.\.\/)+src\/postgres\/mod\.ts"/g, '"awaitlet/postgres"');
    writeFileSync(path, text);
  }
}
