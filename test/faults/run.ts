/**
 * Shows what becomes of a task that is ended: each way to end it × each state × each runtime, as a table.
 *
 * `npm run faults [-- [--runtime node|deno|bun] [--bound MILLISECONDS] [WORD]]`: with a word, only the cells that it is part of. It
 * exits with 1 where a caller gets something else than docs/faults.md says, or gets it later than the bound, by default a second.
 */

import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runChild } from "../support/child.ts";
import { findRuntimes } from "../support/runtimes.ts";
import { type Judged, judge, tableOf } from "./report.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { runtime: { type: "string", default: "" }, bound: { type: "string", default: "1000" } },
});
const root = join(import.meta.dirname, "..", "..");
const bound = Number(options.bound);

async function run(command: readonly [string, ...string[]]): Promise<Judged> {
  const program: [string, ...string[]] = [...command, join(import.meta.dirname, "matrix.ts")];
  const child = await runChild([...program, options.bound, ...positionals.slice(0, 1)], {
    cwd: root,
    seconds: 300,
  });
  return judge(child, bound);
}

let failed = 0;
let count = 0;
for (const { name, command } of findRuntimes(root)) {
  if (!`${name}-`.startsWith(options.runtime)) continue;
  const judged = await run(command);
  console.log(tableOf(name, judged));
  count += judged.cells.length;
  failed += judged.failures.length;
}
// Nothing to run is a mistake in the command line, not a success.
if (count === 0) console.log("Running the fault matrix: no cell and runtime match, check the words given");
console.log(`${count} cells, ${failed} failed`);
process.exitCode = failed > 0 || count === 0 ? 1 : 0;
