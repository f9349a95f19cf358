/**
 * Runs one benchmark in this process, and prints a line for each piece of work, then the figures.
 *
 * Arguments, as JSON: {@linkcode ChildArguments}.
 *
 * @module
 */

import process from "node:process";
import { quietCores } from "./busy.ts";
import { cases } from "./cases/all.ts";
import type { Figure } from "./figure.ts";
import { alternate, figuresOf, median, QUICK, THOROUGH } from "./measure.ts";

/** What a child is to do. */
export interface ChildArguments {
  readonly name: string;
  readonly runtime: string;
  /** How many seconds a round may wait for a quiet machine; 0: it does not even look. */
  readonly wait: number;
  readonly quick: boolean;
  /** How long it should take at most, in milliseconds; `null`: however long it takes. */
  readonly budget: number | null;
  /** Contenders to leave out, and why. */
  readonly without: Readonly<Record<string, string>>;
}

/** What a child prints, a line each: what it begins, and at last what came of all. */
export type ChildMessage =
  | { readonly contender: string; readonly round: number; readonly rounds: number }
  | { readonly figures: readonly Figure[] };

function say(message: ChildMessage): void {
  console.log(`>> ${JSON.stringify(message)}`);
}

const { name, runtime, wait, quick, budget, without } = JSON.parse(process.argv[2] ?? "{}") as ChildArguments;
const of = await cases[name]?.(quick);
if (of === undefined) throw new RangeError(`run a benchmark: there is none named ${name}`);
const effort = { ...(quick ? QUICK : THOROUGH), ...of.effort, ...(budget !== null && { until: budget }) };
const { rounds } = effort;
// What part of the cores other programs had, before each round.
const busy = [await quietCores(wait)];
const quiet = async () => {
  if (wait > 0) busy.push(await quietCores(wait));
};
try {
  const left = new Map(Object.entries(without));
  const progress = (contender: string, round: number) => say({ contender, round, rounds });
  const measured = await alternate(of, effort, left, progress, quiet);
  say({ figures: figuresOf(of, measured, { runtime, busy: median(busy) }) });
} finally {
  await of.close?.();
}
// Some peers keep the process alive.
process.exit(0);
