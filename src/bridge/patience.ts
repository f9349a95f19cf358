/**
 * Whether to spin, learnt from how long the last waits took, and from whether spinning was of use.
 *
 * @module
 */

/** How much of what is expected stems from the last wait. */
const WEIGHT = 0.25;

/** The most waits that go by, after spinning was of no use, without another try. */
const LONGEST_RETREAT = 1024;

export class Patience {
  readonly #limit: number;
  #expected = 0;
  /** How many waits go by without a try to spin, and how many will after the next one that is of no use. */
  #retreat = 0;
  #nextRetreat = 1;

  /** @param limit The longest that waits may be expected to take for spinning to be worth it, in milliseconds. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How long to spin before giving it up, in milliseconds: zero where it is not worth it. */
  next(): number {
    if (this.#expected > this.#limit) return 0;
    if (this.#retreat === 0) return this.#limit;
    this.#retreat--;
    return 0;
  }

  /** A wait took `ms` milliseconds. */
  took(ms: number): void {
    // One long wait among short ones says little of the next; many do.
    const counted = Math.min(ms, 4 * this.#limit);
    this.#expected += (counted - this.#expected) * WEIGHT;
  }

  /**
   * Spinning has been of use, or not: the answer came too late for it, or others needed the core; maybe the very thread
   * that was to answer, for nobody tells which threads share one.
   */
  spun(wasOfUse: boolean): void {
    if (wasOfUse) {
      this.#nextRetreat = Math.max(1, this.#nextRetreat >> 1);
    } else {
      this.#retreat = this.#nextRetreat;
      this.#nextRetreat = Math.min(LONGEST_RETREAT, this.#nextRetreat * 2);
    }
  }
}
