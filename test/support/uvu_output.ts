/** How a test file's process ended. */
export interface Ending {
  /** The exit code, or `null` when a signal ended the process. */
  code: number | null;
  signal: string | null;
  /** Whether the watchdog had to end it, and after how long. */
  timedOut: boolean;
  seconds: number;
}

/** What a test file came to. `problems` says in words what the counts alone do not. */
export interface Verdict {
  passed: number;
  failed: number;
  skipped: number;
  problems: string[];
}

interface Totals {
  total: number;
  passed: number;
  skipped: number;
}

// uvu prints the totals each time its queue has run dry: more than once when a top-level await stands between
// two suites. Each time the exit code is set anew, so an early failure may end in exit code 0: the sums decide.
const TOTALS = /^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)$/gm;
const SUITE_END = / {2}\(\d+ \/ \d+\)$/gm;
const SUITE_MADE = /^(?:export )?const \w+ = suite\b/gm;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape that begins a colour
const COLOUR = /\x1b\[[\d;]*m/g;

function readTotals(stdout: string): Totals | undefined {
  const found = [...stdout.matchAll(TOTALS)];
  if (found.length === 0) return undefined;
  const sum = (group: number) => found.reduce((total, match) => total + Number(match[group]), 0);
  return { total: sum(1), passed: sum(2), skipped: sum(3) };
}

/** Where uvu tells of a test that failed, up to the next one or the totals. */
const FAILURE = /^ {3}FAIL {2}.*?(?=^ {3}FAIL {2}|^ {2}Total:|(?!.))/gms;

/** So much of an output that tells of no failed test is its end. */
const LAST_LINES = 40;

/** What of a test file's output says why it failed: the tests that did and what they threw, else the end of it all. */
export function failuresOf(output: string): string {
  const text = output.replaceAll(COLOUR, "").replaceAll("\r\n", "\n");
  const failures = [...text.matchAll(FAILURE)].map(([failure]) => failure.trim());
  if (failures.length > 0) return failures.join("\n\n");
  return text.trim().split("\n").slice(-LAST_LINES).join("\n");
}

function howItEnded({ code, signal, timedOut, seconds }: Ending, totals: Totals | undefined): string[] {
  if (timedOut && totals) return [`the tests ended, but the process was still there after ${seconds} s`];
  if (timedOut) return [`still running after ${seconds} s`];
  if (signal !== null) return [`ended by ${signal}`];
  if (code !== 0) return [`exit code ${code}`];
  return [];
}

/**
 * Judges a test file by what uvu printed, how the process ended and what the file says it has: uvu itself exits 0
 * when a `before` hook throws, when a `run()` was forgotten, and when the process was ended half-way by success.
 *
 * @param stdout What the process printed.
 * @param ending How the process ended.
 * @param source The text of the test file.
 * @returns The counts, and what was wrong in words.
 */
export function judge(stdout: string, ending: Ending, source: string): Verdict {
  const text = stdout.replaceAll(COLOUR, "").replaceAll("\r\n", "\n");
  const totals = readTotals(text);
  const problems = howItEnded(ending, totals);
  const { total, passed, skipped } = totals ?? { total: 0, passed: 0, skipped: 0 };

  if (!totals && !ending.timedOut)
    problems.push("uvu printed no totals: it ended half-way, or a run() is missing");
  if (totals && total + skipped === 0) problems.push("no test ran");
  if (passed < total && ending.code === 0) problems.push(`${total - passed} of ${total} tests did not pass`);

  const suites = source.match(SUITE_MADE)?.length ?? 0;
  const ran = text.match(SUITE_END)?.length ?? 0;
  if (totals && ran < suites) problems.push(`${ran} of ${suites} suites ran: is a run() missing`);

  return { passed, failed: Math.max(total - passed, problems.length > 0 ? 1 : 0), skipped, problems };
}
