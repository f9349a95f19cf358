/**
 * When a pool starts another thread.
 *
 * While tasks wait, the pool looks every few milliseconds whether fewer threads run than may, because those that have tasks
 * are parked. One look says little: threads that wait for short are parked at most looks too, and more of them gain nothing once
 * the loop thread is busy all the time. So it takes more looks, and a larger part of them, the more threads there are.
 *
 * @module
 */

/** How many milliseconds lie between two looks. */
export const LOOK = 10;

/** In so many looks threads that wait for long take fewer tasks than there are threads. */
const LONG = 2;

/** How many looks it takes where tasks are taken all the time, for one thread; with more threads it takes their square as many. */
const LOOKS = 2;

/** What is asked of the queue. */
export interface Positions {
  /** The position of the next task to be taken, which may wrap. */
  readonly head: number;
}

export class Growth {
  /** Where the next task was taken at the last looks, newest last. */
  readonly #heads: number[] = [];
  #looks = 0;
  #free = 0;
  /** How many looks in a row found that more threads could run. */
  #freeInARow = 0;

  /**
   * One look, while tasks wait.
   *
   * @param threads How many threads there are.
   * @param isRightFree Whether fewer of them run than may.
   * @returns Whether another is to be started.
   */
  look(threads: number, { head }: Positions, isRightFree: boolean): boolean {
    const before = this.#heads.at(-LONG);
    this.#heads.push(head);
    if (this.#heads.length > LONG) this.#heads.shift();
    this.#looks++;
    if (isRightFree) this.#free++;
    this.#freeInARow = isRightFree ? this.#freeInARow + 1 : 0;
    if (before === head) return true;
    if (before !== undefined && ((head - before) | 0) < threads && this.#freeInARow >= LONG) return true;
    if (this.#looks < LOOKS * threads ** 2) return false;
    const isWanted = this.#free > this.#looks * (1 - 0.6 / threads);
    this.#looks = this.#free = 0;
    return isWanted;
  }
}
