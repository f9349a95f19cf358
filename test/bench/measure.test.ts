import { suite } from "uvu";
import * as assert from "uvu/assert";
import { atLeast, atMost, type Case, type Effort, lessThanMore } from "../../bench/figure.ts";
import { alternate, figuresOf, median, quantile } from "../../bench/measure.ts";
import { runCase } from "../../bench/spawn.ts";
import { markdown, overview, table } from "../../bench/table.ts";
import { root, runsFile } from "../support/this_runtime.ts";

const test = suite("how the benchmarks measure");

const effort: Effort = { rounds: 4, ms: 1, warmUp: 2, until: Number.POSITIVE_INFINITY };

/** A case of contenders that cost what is given, round by round; `told` notes who was measured, for how long. */
function fake(costs: Record<string, number[]>, told: string[] = []): Case {
  return {
    name: "fake",
    unit: "µs",
    contenders: Object.entries(costs).map(([name, rounds]) => ({
      name,
      async open() {
        if (rounds.length === 0) throw new Error("no such library");
        let calls = 0;
        return (ms) => {
          told.push(`${name} ${ms}`);
          return rounds[calls++ % rounds.length] as number;
        };
      },
    })),
    comparisons: [
      { ours: "a", theirs: "b", reach: atMost(0.5) },
      { ours: "a", theirs: "b", against: "speed of b", reach: atLeast(4) },
      { ours: "a", theirs: "b", against: "b, and more", reach: lessThanMore(-2, "nothing") },
      { ours: "a", theirs: "b", against: "shown only" },
    ],
  };
}

const about = { runtime: "here", busy: 0 };
const measure = async (of: Case, { without = {}, ...changes }: Partial<Effort> & { without?: object } = {}) =>
  alternate(of, { ...effort, ...changes }, new Map(Object.entries(without)), () => {});

test("all are measured in turn, each is first in turn", async () => {
  const told: string[] = [];
  await measure(fake({ a: [1], b: [2], c: [3] }, told));
  assert.equal(told.splice(0, 3), ["a 2", "b 2", "c 2"]);
  assert.is(told.map((line) => line[0]).join(""), ["bca", "cab", "abc", "bca"].join(""));
});

test("the ratio of the medians, and its quartiles over the rounds", async () => {
  const of = fake({ a: [9, 1, 2, 3, 100], b: [9, 4, 4, 4, 4] });
  const [cost, speed, more, shown] = figuresOf(of, await measure(of), about);
  assert.equal([cost?.ours, cost?.theirs, cost?.ratio, cost?.met], [2.5, 4, 0.625, false]);
  assert.equal(cost?.spread, [quantile([0.25, 0.5, 0.75, 25], 0.25), quantile([0.25, 0.5, 0.75, 25], 0.75)]);
  assert.equal([speed?.ratio, speed?.met, speed?.reach], [1.6, false, "≥ 4"]);
  assert.equal([more?.met, more?.reach], [false, "< nothing more"]);
  assert.equal([shown?.against, shown?.reach, shown?.met], ["shown only", null, null]);
});

test("a reach that is met, to the very edge", () => {
  assert.is(atMost(0.5).met(1, 2), true);
  assert.is(atMost(0.5).part(1, 2), 1);
  assert.is(atMost(0.5).met(1.01, 2), false);
  assert.is(atLeast(2).met(1, 2), true);
  assert.is(atLeast(2).met(1.01, 2), false);
  assert.is(atLeast(2).part(1, 4), 0.5);
  assert.is(lessThanMore(1, "1").met(2.9, 2), true);
  assert.is(lessThanMore(1, "1").met(3, 2), false);
});

test("what cannot run, or is left out, is told of in the table", async () => {
  const of = fake({ a: [1], b: [] });
  const figures = figuresOf(of, await measure(of), about);
  assert.equal(
    [figures[0]?.ours, figures[0]?.theirs, figures[0]?.ratio, figures[0]?.met],
    [1, null, null, null],
  );
  assert.match(table(figures), /^fake +b +1 µs +cannot run: Error: no such library +≤ 0\.5$/m);
  const left = fake({ a: [1], b: [2] });
  const without = figuresOf(left, await measure(left, { without: { b: "hangs" } }), about);
  assert.match(markdown(without), /^\| fake \| b \| 1 µs \| {2}\| hangs \| {2}\| ≤ 0\.5 \| {2}\|$/m);
});

test("runtimes beside each other, what misses its reach marked", async () => {
  const of = fake({ a: [1], b: [2] });
  const here = figuresOf(of, await measure(of), about);
  const there = figuresOf(of, await measure(of), { runtime: "there", busy: 0 }).slice(0, 1);
  const lines = overview([...here, ...there]).split("\n");
  assert.is(lines[0], "|  | against | reach | here | there |");
  assert.is(lines[2], "| fake | b | ≤ 0.5 | 0.5 (0.5–0.5) | 0.5 (0.5–0.5) |");
  assert.is(lines[3], "|  | speed of b | ≥ 4 | **2 (2–2)** |  |");
  assert.is(lines.length, 2 + of.comparisons.length);
});

test("no round begins after the time is up, but for the first", async () => {
  const told: string[] = [];
  await measure(fake({ a: [1], b: [2] }, told), { until: 0, warmUp: 0 });
  assert.is(told.length, 2);
});

test("quantiles", () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([1, 2, 3, 10]), 2.5);
  assert.is(quantile([0, 10], 0.99), 9.9);
  assert.throws(() => median([]), /there are no values/);
});

const args = { name: "fake", runtime: "here", wait: 0, quick: true, budget: null, without: {} };
const place = { command: runsFile("test/fixtures/bench_child.ts"), cwd: root, patience: 8 };

test("one that hangs, or ends the process, is left out of the next run, and named", async () => {
  const work: string[] = [];
  const [figure] = await runCase(place, { ...args, name: "hangs" }, (name) => work.push(name));
  assert.match(String(figure?.note), /^b hangs \(silent for 8 s\)$/);
  assert.equal(work, ["a", "b", "a"]);
  const [other] = await runCase(place, { ...args, name: "exits" }, () => {});
  assert.match(String(other?.note), /^b the process ended, code 3$/);
});

test("a benchmark that fails whole says so, with what it printed", async () => {
  const failure = await runCase(place, { ...args, name: "throws" }, () => {}).catch(
    (error: Error) => error.message,
  );
  assert.match(
    String(failure),
    /^run the benchmark throws on here: the process ended, code 1\n.*no such case/s,
  );
});

test.run();
