import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Report } from "./fixtures/memory_main.ts";
import { runChild } from "./support/child.ts";
import { root, runsFile, name as runtime } from "./support/this_runtime.ts";

const test = suite("memory");

// A small young generation: else it grows to tens of megabytes on each thread, as V8 likes, and hides what stays.
const V8 = ["--expose-gc", "--max-semi-space-size=1"];

async function run(...args: number[]): Promise<Report> {
  const [program, ...rest] = runsFile("test/fixtures/memory_main.ts");
  if (runtime === "node") rest.unshift(...V8);
  if (runtime === "deno") rest.splice(1, 0, `--v8-flags=${V8.join(",")}`);
  const child = await runChild([program, ...rest, ...args.map(String)], { cwd: root, seconds: 110 });
  if (child.code !== 0) throw new Error(`exit code ${child.code}: ${child.output}`);
  return JSON.parse(child.stdout) as Report;
}

const MIB = 2 ** 20;

function assertStable({ samples, mostHeld, held }: Report): void {
  assert.is(samples.length, 2);
  const [first, last] = samples as [Report["samples"][0], Report["samples"][0]];
  // Beyond the 10 %: code that is compiled late is in the heaps, and allocators give pages back when they like.
  const slack = { loop: MIB, thread: MIB, resident: 40 * MIB };
  for (const key of ["loop", "thread", "resident"] as const) {
    const most = first[key] * 1.1 + slack[key];
    assert.ok(last[key] <= most, `${key}: ${first[key] / MIB} MiB, and then ${last[key] / MIB} MiB`);
  }
  assert.ok(mostHeld <= 10, `${mostHeld} references were held at one time`);
  assert.equal(held, { tasks: 0, references: 0, calls: 0 });
}

test("100,000 round trips with callbacks and references, in one task, take no memory that stays", async () => {
  assertStable(await run(10_000, 100_000, 1));
});

test("nor do those of many tasks", async () => {
  assertStable(await run(2_000, 20_000, 100));
});

test.run();
