/**
 * What is done one after the other.
 *
 * @module
 */

export class Turns {
  /** The last one; `undefined` when all are done. */
  #last: Promise<unknown> | undefined;

  /** Whether one is under way. */
  get areTaken(): boolean {
    return this.#last !== undefined;
  }

  /** Does something when all that came before is done, however that ended. */
  take<T>(act: () => T | PromiseLike<T>): Promise<T> {
    const result = (this.#last ?? Promise.resolve()).then(act);
    const end = () => {
      if (this.#last === turn) this.#last = undefined;
    };
    const turn: Promise<void> = result.then(end, end);
    this.#last = turn;
    return result;
  }
}
