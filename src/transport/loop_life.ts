/**
 * Whether the loop thread of a crew lives: what a thread that parks can learn without an event.
 *
 * @module
 */

import { Crew, crewCells } from "./cells.ts";
import { wake } from "./crew.ts";

export class LoopLife {
  readonly #cells: Int32Array<SharedArrayBuffer>;

  /** @param memory Of a crew of one thread. */
  constructor(memory: SharedArrayBuffer) {
    this.#cells = crewCells(memory);
  }

  /**
   * Tells the blocking thread that its loop thread has died, and wakes it. A thread that looked just before this store parks only
   * after it, and is woken; or it has parked.
   */
  die(): void {
    Atomics.store(this.#cells, Crew.loopDied, 1);
    wake(this.#cells, 0);
  }

  get dead(): boolean {
    return Atomics.load(this.#cells, Crew.loopDied) === 1;
  }

  /** From now on somebody tells of the death of the loop thread. */
  watch(): void {
    Atomics.store(this.#cells, Crew.loopWatched, 1);
  }

  get watched(): boolean {
    return Atomics.load(this.#cells, Crew.loopWatched) === 1;
  }
}
