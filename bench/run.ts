/**
 * Runs the benchmarks, each in a process of its own, and prints a table of ours against the others.
 *
 * `npm run bench -- [--runtime node|deno|bun] [--only NAME]… [--quick] [--json FILE]`
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { findRuntimes } from "../test/support/runtimes.ts";
import { cases } from "./cases/all.ts";
import type { Figure } from "./figure.ts";
import { runCase } from "./spawn.ts";
import { table } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    runtime: { type: "string", default: "" },
    only: { type: "string", multiple: true, default: [] },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

const root = join(import.meta.dirname, "..");
const runtimes = findRuntimes(root).filter(({ name }) => `${name}-`.startsWith(options.runtime));
const names = Object.keys(cases).filter((name) => options.only.length === 0 || options.only.includes(name));
if (runtimes.length === 0 || names.length === 0) {
  console.error(`Running the benchmarks: nothing matches; there are ${Object.keys(cases).join(", ")}`);
  process.exit(1);
}

/** What is done just now: on a terminal, on one line that is written over. */
function show(text: string, isLast: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${isLast ? "" : text}`);
  else if (isLast) process.stderr.write(`${text}\n`);
}

const figures: Figure[] = [];
let failed = 0;
for (const { name: runtime, command } of runtimes) {
  const of: Figure[] = [];
  for (const name of names) {
    const started = performance.now();
    const place = { command, cwd: root, patience: options.quick ? 12 : 40 };
    const args = { name, runtime, quick: options.quick, without: {} };
    try {
      const got = await runCase(place, args, (contender, round, rounds) =>
        show(
          `${runtime} ${name}: ${contender}, ${round === 0 ? "warming up" : `${round} of ${rounds}`}`,
          false,
        ),
      );
      of.push(...got);
    } catch (error) {
      failed++;
      console.error(String(error));
    }
    show(`${runtime} ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`, true);
  }
  console.log(`\n${runtime}\n\n${table(of)}`);
  figures.push(...of);
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
process.exitCode = failed > 0 ? 1 : 0;
