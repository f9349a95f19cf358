import { asyncDef, BlockingThreads } from "../../mod.ts";
import { atMost, type Batch, type Case, type Comparison, type Contender } from "../figure.ts";
import { calls } from "./awaitlet.ts";

/** A curve: what one unit costs, of ever more of them. */
interface Curve {
  readonly name: string;
  readonly unit: string;
  readonly sizes: readonly number[];
  label(size: number): string;
  batch(size: number): Batch;
}

const bytes: Curve = {
  name: "bytes",
  unit: "ns",
  sizes: [10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000],
  label: (size) => `${size.toLocaleString("en")} B`,
  batch: (size) => async (ms) => ((await asyncDef(calls.sized, size, ms)) * 1000) / size,
};

const steps: Curve = {
  name: "steps",
  unit: "µs",
  sizes: [1, 2, 5, 10, 20, 50],
  label: (size) => (size === 1 ? "1 step" : `${size} steps`),
  batch: (size) => async (ms) => (await asyncDef(calls.chained, size, ms)) / size,
};

const pool = new BlockingThreads({ max: 64 });

const threads: Curve = {
  name: "threads",
  unit: "µs",
  sizes: [1, 2, 4, 8, 16, 32, 64],
  label: (size) => (size === 1 ? "1 thread" : `${size} threads`),
  batch: (size) => async (ms) => {
    const run = asyncDef.with({ threads: pool });
    // How many a millisecond each thread has done.
    const rates = await Promise.all(Array.from({ length: size }, () => run(calls.rateTogether, size, ms)));
    return 1000 / rates.reduce((sum, rate) => sum + rate);
  },
};

/** What a machine's noise may add. */
const NOISE = 1.1;

function contendersOf({ sizes, label, batch }: Curve): Contender[] {
  return sizes.map((size) => ({ name: label(size), open: async () => batch(size) }));
}

/** Each size against the one before it. */
function comparisonsOf({ name, unit, sizes, label }: Curve): Comparison[] {
  return sizes.map((size, i) => {
    const before = sizes[i - 1];
    const of = { ours: label(size), unit, at: { curve: name, x: size } };
    if (before === undefined) return { ...of, theirs: undefined, against: label(size) };
    const against = `${label(size)} against ${label(before)}`;
    return { ...of, theirs: label(before), against, reach: atMost(NOISE) };
  });
}

/** Its beginning, coarsely. */
function coarse(curve: Curve): Curve {
  return { ...curve, sizes: curve.sizes.filter((_, i) => i === 0 || i === 1 || i === 3) };
}

/** The cost of a byte, of an await on so many threads, of a step of a chain, by how many there are. */
export const growth = (quick: boolean): Case => {
  const curves = quick ? [bytes, threads, steps].map(coarse) : [bytes, threads, steps];
  return {
    name: "growth",
    unit: "ns",
    effort: quick ? { rounds: 5, warmUp: 40 } : {},
    contenders: curves.flatMap(contendersOf),
    comparisons: curves.flatMap(comparisonsOf),
  };
};
