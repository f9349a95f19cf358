/**
 * Runs the benchmarks, each in a process of its own, and prints a table of ours against the others.
 *
 * `npm run bench -- [--runtime node|deno|bun] [--only NAME]… [--quick] [--wait SECONDS] [--json FILE]
 * [--chart FILE]`. With `--wait`, a round begins when other programs leave the cores alone, or so many seconds later.
 * With `--from FILE` the figures of an earlier run are shown, and nothing is measured; with `--markdown` the tables are in Markdown.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { moreNodes } from "../test/support/more_nodes.ts";
import { findRuntimes, type Runtime } from "../test/support/runtimes.ts";
import { cases } from "./cases/all.ts";
import type { Figure } from "./figure.ts";
import { type Place, runCase } from "./spawn.ts";
import { markdown, overview, table } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    runtime: { type: "string", default: "" },
    only: { type: "string", multiple: true, default: [] },
    wait: { type: "string", default: "0" },
    quick: { type: "boolean", default: false },
    json: { type: "string" },
    chart: { type: "string" },
    from: { type: "string" },
    markdown: { type: "boolean", default: false },
  },
});

/** How long a quick run of all benchmarks may take on one runtime, in milliseconds. */
const QUICK_TIME = 42_000;
/** How many seconds a round may wait for a quiet machine. */
const WAIT = Number(options.wait);
/** How many seconds a benchmark may be silent: to start 64 threads may take long. */
const PATIENCE = (options.quick ? 30 : 60) + WAIT;

const root = join(import.meta.dirname, "..");
const CHILD = join(import.meta.dirname, "child.ts");

/** Tells what is done just now: on a terminal, on one line that is written over. */
function show(text: string, isLast: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${isLast ? "" : text}`);
  else if (isLast) process.stderr.write(`${text}\n`);
}

async function measure({ name: runtime, command }: Runtime, names: readonly string[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  const ends = performance.now() + QUICK_TIME;
  for (const [i, name] of names.entries()) {
    const started = performance.now();
    // What one benchmark does not use of its share, the others may.
    const budget = options.quick ? (ends - started) / (names.length - i) : null;
    try {
      const place: Place = { command: [...command, CHILD], cwd: root, patience: PATIENCE };
      const args = { name, runtime, wait: WAIT, quick: options.quick, budget, without: {} };
      const found = await runCase(place, args, (contender, round, rounds) =>
        show(
          `${runtime} ${name}: ${contender}, ${round === 0 ? "warming up" : `${round} of ${rounds}`}`,
          false,
        ),
      );
      figures.push(...found);
    } catch (error) {
      process.exitCode = 1;
      console.error(String(error));
    }
    show(`${runtime} ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s`, true);
  }
  return figures;
}

function print(runtime: string, figures: readonly Figure[]): void {
  const busy = Math.max(...figures.map((figure) => figure.busy));
  const head = options.markdown ? `### ${runtime}` : runtime;
  console.log(`\n${head}\n\n${options.markdown ? markdown(figures) : table(figures)}\n`);
  console.log(`Before a benchmark, other programs had up to ${Math.round(100 * busy)} % of the cores.`);
}

function fail(message: string): never {
  console.error(`Running the benchmarks: ${message}`);
  process.exit(1);
}

// A signal alone would leave behind what has been started, which leads process groups of its own.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const figures: Figure[] = [];
if (options.from === undefined) {
  const unknown = options.only.find((name) => !(name in cases));
  if (unknown !== undefined) fail(`there is no ${unknown}, but ${Object.keys(cases).join(", ")}`);
  const names = Object.keys(cases).filter((name) => options.only.length === 0 || options.only.includes(name));
  const runtimes = findRuntimes(root, moreNodes(options.runtime)).filter(
    ({ name, contractOnly }) => contractOnly !== true && `${name}-`.startsWith(options.runtime),
  );
  if (runtimes.length === 0) fail(`there is no runtime ${options.runtime}`);
  for (const runtime of runtimes) {
    const found = await measure(runtime, names);
    print(runtime.name, found);
    figures.push(...found);
  }
} else {
  figures.push(...(JSON.parse(readFileSync(options.from, "utf8")) as Figure[]));
  for (const runtime of new Set(figures.map((figure) => figure.runtime))) {
    print(
      runtime,
      figures.filter((figure) => figure.runtime === runtime),
    );
  }
}
if (options.markdown) console.log(`\n### All beside each other\n\n${overview(figures)}`);
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, null, 2)}\n`);
if (options.chart !== undefined) {
  const { chart } = await import("./chart.ts");
  writeFileSync(options.chart, await chart(figures));
}
