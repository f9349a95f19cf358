import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Ending, failuresOf, judge } from "./uvu_output.ts";

const test = suite("uvu output");

const ended: Ending = { code: 0, signal: null, timedOut: false, seconds: 120 };
const hung: Ending = { code: null, signal: "SIGKILL", timedOut: true, seconds: 120 };
const one = "const test = suite();\n";

function totals(total: number, passed: number, skipped = 0): string {
  return `\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  0.42ms\n\n`;
}

function ran(passed: number, total: number): string {
  return ` name • •   (${passed} / ${total})\n`;
}

const cases: [
  name: string,
  stdout: string,
  ending: Ending,
  source: string,
  passed: number,
  failed: number,
  skipped: number,
  problem?: RegExp,
][] = [
  ["all pass", ran(2, 2) + totals(2, 2), ended, one, 2, 0, 0],
  ["one fails", ran(1, 2) + totals(2, 1), { ...ended, code: 1 }, one, 1, 1, 0, /exit code 1/],
  ["a skipped test is in no total", ran(2, 2) + totals(2, 2, 1), ended, one, 2, 0, 1],
  ["all are skipped", ran(0, 0) + totals(0, 0, 3), ended, one, 0, 0, 3],
  ["a before hook throws", ran(0, 1) + totals(1, 0), ended, one, 0, 1, 0, /1 of 1 tests did not pass/],
  ["and a skipped test does not hide it", ran(0, 1) + totals(1, 0, 1), ended, one, 0, 1, 1, /did not pass/],
  ["the only run() was forgotten", totals(0, 0), ended, one, 0, 1, 0, /no test ran/],
  ["one of two was", ran(2, 2) + totals(2, 2), ended, one + one, 2, 1, 0, /1 of 2 suites ran/],
  ["nothing printed", "", ended, one, 0, 1, 0, /printed no totals/],
  ["ended half-way", " name • ", ended, one, 0, 1, 0, /printed no totals/],
  ["crashed", " name • ", { ...ended, code: null, signal: "SIGSEGV" }, one, 0, 1, 0, /SIGSEGV/],
  ["failed after its tests", ran(2, 2) + totals(2, 2), { ...ended, code: 7 }, one, 2, 1, 0, /exit code 7/],
  ["hung", " name • ", hung, one, 0, 1, 0, /still running after 120 s/],
  ["did not exit", ran(2, 2) + totals(2, 2), hung, one, 2, 1, 0, /still there after 120 s/],
  [
    "totals printed twice are added, though the second exit code hides the first",
    ran(1, 2) + totals(2, 1) + ran(3, 3) + totals(3, 3),
    ended,
    one + one,
    4,
    1,
    0,
    /1 of 5 tests did not pass/,
  ],
  [
    "generic suites are counted",
    ran(1, 1) + totals(1, 1),
    ended,
    one.replace("suite", "suite<{ a: 1 }>"),
    1,
    0,
    0,
  ],
  [
    "colours",
    `\x1b[32m${ran(1, 1)}\x1b[39m${totals(1, 1).replaceAll("\n", "\n\x1b[32m")}`,
    ended,
    one,
    1,
    0,
    0,
  ],
  ["Windows", (ran(1, 1) + totals(1, 1)).replaceAll("\n", "\r\n"), ended, one, 1, 0, 0],
];

for (const [name, stdout, ending, source, passed, failed, skipped, problem] of cases) {
  test(name, () => {
    const { problems, ...counts } = judge(stdout, ending, source);
    assert.equal(counts, { passed, failed, skipped });
    if (problem) assert.match(problems.join("\n"), problem);
    else assert.equal(problems, []);
  });
}

test("failures: each test that failed with all that it threw, and nothing else", () => {
  const first = 'FAIL  one  "first"\n    Expected values to be equal\n\n        ++1\n    at file:1:2';
  const second = 'FAIL  two  "second"\n    it had not settled after 15 s';
  const output = `printed\n one  • ✘   (1 / 2)\n\n   ${first}\n\n   ${second}\n\n${totals(3, 1)}more\n`;
  assert.is(failuresOf(output), `${first}\n\n${second}`);
  assert.is(failuresOf(`\x1b[31m   ${first}\x1b[39m\r\n`), first);
});

test("failures: where no test failed, the end of the output", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
  assert.is(failuresOf(lines.join("\n")), lines.slice(60).join("\n"));
  assert.is(failuresOf(""), "");
});

test.run();
