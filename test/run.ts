/**
 * Runs the test files on every runtime, each in a process of its own.
 *
 * `npm test -- [--runtime node|deno|bun] [--jobs N] [--timeout SECONDS] [--verbose] [WORD…]`: with words, only the
 * files whose path holds one of them. With `CI=true` a skipped test counts as failed.
 *
 * A file that failed is run once more, alone: it counts as passed where it passes then, and is told of at the end.
 *
 * On Linux more versions of Node are fetched: the whole suite is run on 20 and 24, the contract suite on 22 and 26.
 * `AWAITLET_NODES` and `AWAITLET_CONTRACT_NODES` name binaries instead. `--runtime node` is the Node at hand alone.
 */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { endChildren, runChild } from "./support/child.ts";
import { moreNodes } from "./support/more_nodes.ts";
import { findRuntimes, hasUsing, type Runtime, runsOn } from "./support/runtimes.ts";
import { failuresOf, judge, type Verdict } from "./support/uvu_output.ts";

interface Job {
  runtime: Runtime;
  file: string;
}

interface Result extends Verdict, Job {
  seconds: string;
  /** What says why it failed. */
  failures: string;
}

const { values: options, positionals: words } = parseArgs({
  allowPositionals: true,
  options: {
    runtime: { type: "string", default: "" },
    jobs: { type: "string", default: String(availableParallelism()) },
    timeout: { type: "string", default: "240" },
    verbose: { type: "boolean", default: false },
  },
});
const strict = process.env.CI === "true";
const root = join(import.meta.dirname, "..");

function testFiles(): string[] {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts"))
    .map((path) => relative(root, join(import.meta.dirname, path)))
    .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
    .sort();
}

function report(result: Result, output: string): void {
  const { runtime, file, passed, failed, skipped, problems, seconds } = result;
  const counts = [`${passed} passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  console.log(`${failed > 0 ? "FAIL" : "ok  "} ${runtime.name} ${file}: ${counts.join(", ")} (${seconds} s)`);
  for (const problem of problems) console.log(`     ${problem}`);
  if (failed > 0 || options.verbose) console.log(indented(output));
}

function indented(output: string): string {
  return output.trimEnd().replaceAll(/^/gm, "   | ");
}

async function run({ runtime, file }: Job): Promise<Result> {
  const { command, commandForUsing = command } = runtime;
  const program = hasUsing(join(root, file)) ? commandForUsing : command;
  const child = await runChild([...program, file], { cwd: root, seconds: Number(options.timeout) });
  const verdict = judge(child.stdout, child, readFileSync(join(root, file), "utf8"));
  if (strict && verdict.skipped > 0) {
    verdict.failed += verdict.skipped;
    verdict.problems.push(`${verdict.skipped} tests skipped, and CI skips none`);
  }
  const failures = verdict.failed > 0 ? [...verdict.problems, failuresOf(child.output)].join("\n") : "";
  const result = { runtime, file, ...verdict, failures, seconds: (child.milliseconds / 1000).toFixed(1) };
  report(result, child.output);
  return result;
}

/** Runs the jobs, a few side by side; a file on one runtime at a time, for it may own a table or a port by name. */
async function runAll(jobs: Job[]): Promise<Result[]> {
  const results: Result[] = [];
  const running = new Map<string, Promise<unknown>>();
  while (jobs.length > 0 || running.size > 0) {
    const next = jobs.findIndex((job) => !running.has(job.file));
    if (next < 0 || running.size >= Number(options.jobs)) {
      await Promise.race(running.values());
      continue;
    }
    const [job] = jobs.splice(next, 1) as [Job];
    running.set(
      job.file,
      run(job).then((result) => {
        results.push(result);
        running.delete(job.file);
      }),
    );
  }
  return results;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    endChildren();
    process.exit(1);
  });
}

const runtimes = findRuntimes(root, moreNodes(options.runtime)).filter(({ name }) =>
  `${name}-`.startsWith(options.runtime),
);
const files = testFiles();
const jobs = runtimes.flatMap((runtime) =>
  files.filter((file) => runsOn(file, runtime)).map((file) => ({ runtime, file })),
);
const results = await runAll(jobs);

/** What failed at first, and passed when it was run again. */
const unsteady: Result[] = [];
for (const [i, first] of results.entries()) {
  if (first.failed === 0) continue;
  console.log(`Running ${first.file} on ${first.runtime.name} once more, alone`);
  const second = await run(first);
  results[i] = second;
  if (second.failed === 0) unsteady.push(first);
}

const sum = (of: Result[], key: "passed" | "failed" | "skipped") =>
  of.reduce((total, result) => total + result[key], 0);
console.log();
console.table(
  Object.fromEntries(
    runtimes.map(({ name }) => {
      const of = results.filter(({ runtime }) => runtime.name === name);
      const [passed, failed, skipped] = [sum(of, "passed"), sum(of, "failed"), sum(of, "skipped")];
      return [name, { files: of.length, passed, failed, skipped }];
    }),
  ),
);
for (const { runtime, file, skipped } of results) {
  if (skipped > 0) console.log(`skipped: ${skipped} in ${file} on ${runtime.name}`);
}
// In full, since of a long output mostly the end is kept.
for (const { runtime, file, failures } of unsteady) {
  console.log(`\nunsteady: ${file} on ${runtime.name} failed once, passed when run again`);
  console.log(indented(failures));
}
for (const { runtime, file, failed, failures } of results) {
  if (failed === 0) continue;
  console.log(`\nfailed: ${failed} in ${file} on ${runtime.name}, twice`);
  console.log(indented(failures));
}

// Nothing to run is a mistake in the command line, not a success.
const failed = results.length === 0 ? 1 : sum(results, "failed");
if (results.length === 0) console.log("Running the tests: no file and runtime match, check the words given");
console.log(`${sum(results, "passed")} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
