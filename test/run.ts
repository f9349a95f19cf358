/**
 * Runs the test files on every runtime, each in a process of its own.
 *
 * `npm test -- [--runtime node|deno|bun] [--jobs N] [--timeout SECONDS] [--verbose] [WORD…]`: with words, only the
 * files whose path holds one of them. With `CI=true` a skipped test counts as failed.
 */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { endChildren, runChild } from "./support/child.ts";
import { findRuntimes, hasUsing, type Runtime } from "./support/runtimes.ts";
import { judge, type Verdict } from "./support/uvu_output.ts";

interface Job {
  runtime: Runtime;
  file: string;
}

interface Result extends Verdict, Job {
  seconds: string;
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
  if (failed > 0 || options.verbose) console.log(output.trimEnd().replaceAll(/^/gm, "   | "));
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
  const result = { runtime, file, ...verdict, seconds: (child.milliseconds / 1000).toFixed(1) };
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

const runtimes = findRuntimes(root).filter(({ name }) => `${name}-`.startsWith(options.runtime));
const files = testFiles();
const results = await runAll(runtimes.flatMap((runtime) => files.map((file) => ({ runtime, file }))));

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
for (const { runtime, file, failed } of results) {
  if (failed > 0) console.log(`failed: ${failed} in ${file} on ${runtime.name}`);
}

// Nothing to run is a mistake in the command line, not a success.
const failed = results.length === 0 ? 1 : sum(results, "failed");
if (results.length === 0) console.log("Running the tests: no file and runtime match, check the words given");
console.log(`${sum(results, "passed")} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
