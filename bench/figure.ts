/**
 * What is measured, and what comes of it.
 *
 * @module
 */

/** Measures for about so many milliseconds, and gives what one call cost, the median, in the unit of the case. */
export type Batch = (ms: number) => number | Promise<number>;

/** One of those that are measured in turn. */
export interface Contender {
  readonly name: string;
  /** Loads and starts what is to be measured. It rejects where that cannot run. */
  open(): Promise<Batch>;
}

/** What a ratio is to reach. */
export interface Reach {
  /** `≤ 0.35`, say. */
  readonly words: string;
  /** The ratio: of costs, or, where more is better, of speeds. */
  ratio(ours: number, theirs: number): number;
  met(ours: number, theirs: number): boolean;
  /** How much of the way there is left: 1 and less is reached. */
  part(ours: number, theirs: number): number;
}

/** Which of the contenders is held against which other. */
export interface Comparison {
  readonly ours: string;
  /** `undefined`: the first of a curve, which nothing comes before. */
  readonly theirs: string | undefined;
  /** What it is called in the table. Default: `theirs`. */
  readonly against?: string;
  /** Default: the unit of the case. */
  readonly unit?: string;
  /** `undefined`: shown, but nothing to reach. */
  readonly reach?: Reach;
  /** Where it stands on the curve of a chart. */
  readonly at?: Place;
}

/** A place on a curve: the cost is charted above `x`. */
export interface Place {
  readonly curve: string;
  readonly x: number;
}

/** How long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Of each contender in each round, in milliseconds. */
  readonly ms: number;
  /** Of each contender before the first round, in milliseconds. */
  readonly warmUp: number;
  /** No round begins later than this, but for the first: milliseconds since the process began. */
  readonly until: number;
}

/** A benchmark: its contenders are measured in turn, in one process. */
export interface Case {
  readonly name: string;
  /** The unit of what one call costs. */
  readonly unit: string;
  readonly contenders: readonly Contender[];
  readonly comparisons: readonly Comparison[];
  /** What differs from the usual effort. */
  readonly effort?: Partial<Effort>;
  /** Clears up what outlives the process. */
  close?(): Promise<void>;
}

/** One line of the table, and of the JSON file. */
export interface Figure {
  readonly name: string;
  readonly runtime: string;
  readonly against: string;
  readonly unit: string;
  /** Medians; `null` where it cannot run. */
  readonly ours: number | null;
  readonly theirs: number | null;
  readonly ratio: number | null;
  /** The quartiles of the ratios of the single rounds. */
  readonly spread: readonly [number, number] | null;
  readonly reach: string | null;
  readonly met: boolean | null;
  /** Below 1 where the reach is met, whichever way it points. */
  readonly part: number | null;
  /** What part of the cores other programs had just before; with `--wait`, before a round, the median. */
  readonly busy: number;
  readonly at?: Place;
  /** Why there is no ratio. */
  readonly note?: string;
}

/** At most `limit` times the cost. */
export function atMost(limit: number): Reach {
  const ratio = (ours: number, theirs: number) => ours / theirs;
  return {
    words: `≤ ${limit}`,
    ratio,
    met: (ours, theirs) => ratio(ours, theirs) <= limit,
    part: (ours, theirs) => ratio(ours, theirs) / limit,
  };
}

/** At least `limit` times the speed, where costs are given. */
export function atLeast(limit: number): Reach {
  const ratio = (ours: number, theirs: number) => theirs / ours;
  return {
    words: `≥ ${limit}`,
    ratio,
    met: (ours, theirs) => ratio(ours, theirs) >= limit,
    part: (ours, theirs) => limit / ratio(ours, theirs),
  };
}

/** Less than `limit` more, both in the unit of the case. */
export function lessThanMore(limit: number, words: string): Reach {
  return {
    words: `< ${words} more`,
    ratio: (ours, theirs) => ours / theirs,
    met: (ours, theirs) => ours - theirs < limit,
    part: (ours, theirs) => Math.max(0, ours - theirs) / limit,
  };
}
