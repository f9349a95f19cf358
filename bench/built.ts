/**
 * Programs that run as those of the package's users do: JavaScript, with what `npm run build` has made.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { runsFile, name as runtime } from "../test/support/this_runtime.ts";

/** The command that runs a file of JavaScript, without what this process needs for TypeScript. */
export function runsPlain(file: string): [string, ...string[]] {
  const [command, ...rest] = runsFile(fileURLToPath(new URL(file, new URL("./cases/", import.meta.url))));
  return runtime === "node" ? [command, rest.at(-1) as string] : [command, ...rest];
}
