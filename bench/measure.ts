/**
 * Measuring in turn: on a machine that others use too, only what ran at the same time can be compared.
 *
 * @module
 */

import type { Batch, Case, Comparison, Contender, Effort, Figure } from "./figure.ts";

export const THOROUGH: Effort = { rounds: 15, ms: 80, warmUp: 500, until: Number.POSITIVE_INFINITY };
export const QUICK: Effort = { rounds: 7, ms: 25, warmUp: 100, until: Number.POSITIVE_INFINITY };

/** What was measured of a contender: its cost in each round, or why it cannot run. */
export type Measured = { readonly rounds: readonly number[] } | { readonly failure: string };

/** Tells of what is done just now. */
export type Progress = (contender: string, round: number) => void;

/**
 * Measures the contenders of a case, each once a round.
 *
 * @param of The case.
 * @param effort How long.
 * @param without Contenders to leave out, and why.
 * @param progress Called before each piece of work.
 * @param ready Called before each round, which waits for it.
 * @returns What was measured, by the contender's name.
 */
export async function alternate(
  of: Case,
  effort: Effort,
  without: ReadonlyMap<string, string>,
  progress: Progress,
  ready: () => Promise<unknown> = async () => {},
): Promise<Map<string, Measured>> {
  const measured = new Map<string, Measured>();
  const batches: { readonly batch: Batch; readonly name: string; readonly rounds: number[] }[] = [];
  for (const contender of of.contenders) {
    const { name } = contender;
    const left = without.get(name);
    progress(name, 0);
    const opened = left === undefined ? await open(contender, effort) : left;
    if (typeof opened === "string") {
      measured.set(name, { failure: opened });
    } else {
      const rounds: number[] = [];
      batches.push({ name, batch: opened, rounds });
      measured.set(name, { rounds });
    }
  }
  for (let round = 1; round <= effort.rounds; round++) {
    if (round > 1 && performance.now() > effort.until) break;
    await ready();
    // The first of a round may profit of a pause, or suffer from what the last has left: so each is first in turn.
    const first = round % batches.length;
    for (const { name, batch, rounds } of [...batches.slice(first), ...batches.slice(0, first)]) {
      progress(name, round);
      rounds.push(await batch(effort.ms));
    }
  }
  return measured;
}

async function open(contender: Contender, effort: Effort): Promise<Batch | string> {
  try {
    const batch = await contender.open();
    if (effort.warmUp > 0) await batch(effort.warmUp);
    return batch;
  } catch (error) {
    return `cannot run: ${String(error).split("\n", 1)[0]?.slice(0, 120)}`;
  }
}

/** Holds what was measured against each other. */
export function figuresOf(
  { name, unit, comparisons }: Case,
  measured: ReadonlyMap<string, Measured>,
  { runtime, busy }: Pick<Figure, "runtime" | "busy">,
): Figure[] {
  const of = (contender = ""): Measured => measured.get(contender) ?? { failure: "" };
  return comparisons.map((comparison) => {
    const { against = comparison.theirs ?? "", reach, at } = comparison;
    const [ours, theirs] = [of(comparison.ours), of(comparison.theirs)];
    const base = {
      name,
      runtime,
      against,
      unit: comparison.unit ?? unit,
      reach: reach?.words ?? null,
      busy,
      ...(at && { at }),
    };
    if ("failure" in ours || "failure" in theirs) {
      const note = [ours, theirs].map((side) => ("failure" in side ? side.failure : "")).find(Boolean) ?? "";
      const [a, b] = [ours, theirs].map((side) => ("failure" in side ? null : median(side.rounds)));
      return { ...base, ours: a ?? null, theirs: b ?? null, ...NOTHING, ...(note && { note }) };
    }
    return { ...base, ...compare(comparison, ours.rounds, theirs.rounds) };
  });
}

const NOTHING = { ratio: null, spread: null, met: null, part: null } as const;

function compare({ reach }: Comparison, ours: readonly number[], theirs: readonly number[]) {
  const ratio = reach?.ratio ?? ((a: number, b: number) => a / b);
  const [a, b] = [median(ours), median(theirs)];
  const ratios = ours.map((cost, round) => ratio(cost, theirs[round] as number));
  return {
    ours: a,
    theirs: b,
    ratio: ratio(a, b),
    spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)] as const,
    met: reach === undefined ? null : reach.met(a, b),
    part: reach === undefined ? null : reach.part(a, b),
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which `part` of all lie. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (below === undefined || above === undefined) throw new RangeError("quantile: there are no values");
  return below + (above - below) * (at - Math.floor(at));
}
