/** Runs cases by chance until time is over. */

import { bridgeCase, concurrencyCase, liveCase } from "./bridge.ts";
import { codecCase } from "./codec.ts";

export type Kind = "codec" | "bridge" | "live" | "concurrency";

interface KindOfCase {
  run(seed: number): string | Promise<string>;
  readonly batch: number;
}

/** The kinds of cases: what is wrong with the case of a seed, or "". Those of one kind run so many at a time. */
export const KINDS: Readonly<Record<Kind, KindOfCase>> = {
  codec: { run: codecCase, batch: 200 },
  bridge: { run: bridgeCase, batch: 20 },
  live: { run: liveCase, batch: 5 },
  concurrency: { run: concurrencyCase, batch: 2 },
};

export function isKind(name: string): name is Kind {
  return Object.hasOwn(KINDS, name);
}

export interface FuzzOptions {
  /** The seed of the first case of each kind: the next has the next one. */
  readonly seed: number;
  /** After how many seconds no case is begun any more. */
  readonly seconds: number;
  /** How many cases of each kind there are at most. */
  readonly cases: number;
  /** Default all. */
  readonly kinds?: readonly Kind[];
}

/** So many failures are told at most. */
const MOST_FAILURES = 20;

export async function fuzz({ seed, seconds, cases, kinds = [] }: FuzzOptions): Promise<{
  readonly counts: Partial<Record<Kind, number>>;
  readonly failures: readonly string[];
}> {
  const chosen = kinds.length > 0 ? kinds : (Object.keys(KINDS) as Kind[]);
  const counts: Partial<Record<Kind, number>> = {};
  const failures: string[] = [];
  const end = performance.now() + seconds * 1000;
  const isOver = () => performance.now() > end || failures.length >= MOST_FAILURES;
  const left = (kind: Kind) => cases - (counts[kind] ?? 0);
  while (!isOver() && chosen.some((kind) => left(kind) > 0)) {
    for (const kind of chosen) {
      const { run, batch } = KINDS[kind];
      for (let i = Math.min(batch, left(kind)); i > 0 && !isOver(); i--) {
        const own = seed + (counts[kind] ?? 0);
        counts[kind] = (counts[kind] ?? 0) + 1;
        let said: string;
        try {
          said = await run(own);
        } catch (error) {
          said = String(error);
        }
        if (said !== "") failures.push(`--seed ${own} --cases 1 ${kind}: ${said.slice(0, 500)}`);
      }
    }
  }
  return { counts, failures };
}
