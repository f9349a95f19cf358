/** Chance that can be repeated. */

import { seeded } from "../wire/round_trip.ts";

export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed);
  }

  /** An integer from 0 on, below `n`. */
  below(n: number): number {
    return Math.floor(this.#next() * n);
  }

  /** Whether one of `n` cases is there. */
  oneIn(n: number): boolean {
    return this.below(n) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  text(): string {
    const most = this.oneIn(5) ? 90 : 9;
    const plane = this.pick([0x80, 0x80, 0x100, 0x800, 0x10000]);
    return String.fromCharCode(...Array.from({ length: this.below(most) }, () => this.below(plane)));
  }

  number(): number {
    const numbers = [-0, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, 5e-324, 2 ** 31, -(2 ** 31) - 1];
    switch (this.below(4)) {
      case 0:
        return this.pick(numbers);
      case 1:
        return this.#next() * 2 ** this.below(1000);
      default:
        return this.below(2000) - 1000;
    }
  }
}
