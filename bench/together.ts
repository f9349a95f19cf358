/**
 * Several figures of one run: what a server does is measured once a round, and shown by more than one number.
 *
 * @module
 */

import type { Contender } from "./figure.ts";

/**
 * Makes a contender of each figure.
 *
 * @param name Who is measured; its figures are named `name, figure`.
 * @param figures The names of the figures.
 * @param run Measures all of them. The first of a round runs it, the others take what came of that.
 */
export function together<Figure extends string>(
  name: string,
  figures: readonly Figure[],
  run: () => Promise<Readonly<Record<Figure, number>>>,
): Contender[] {
  const rounds: Promise<Readonly<Record<Figure, number>>>[] = [];
  return figures.map((figure) => ({
    name: `${name}, ${figure}`,
    async open() {
      let round = 0;
      return async () => {
        rounds[round] ??= run();
        return (await (rounds[round++] as (typeof rounds)[number]))[figure];
      };
    },
  }));
}
