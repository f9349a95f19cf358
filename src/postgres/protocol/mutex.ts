/**
 * Serialises operations that must not overlap.
 *
 * @module
 */

export class Mutex {
  /** The last call; `undefined` when all have settled. */
  #last: Promise<unknown> | undefined;
  /** Whether one is under way. Not to be set from outside. */
  isLocked = false;

  /** Calls `act` when all earlier calls have settled, also those that rejected. */
  run<T>(act: () => T | PromiseLike<T>): Promise<T> {
    const result = (this.#last ?? Promise.resolve()).then(act);
    const end = () => {
      if (this.#last !== turn) return;
      this.#last = undefined;
      this.isLocked = false;
    };
    const turn: Promise<void> = result.then(end, end);
    this.#last = turn;
    this.isLocked = true;
    return result;
  }
}
