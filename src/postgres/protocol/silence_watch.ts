/**
 * Notices that the server has fallen silent: it owes an answer, and nothing has come for longer than its statement may take.
 *
 * The server has the same limit, and is the first to act where it is alive: then it answers.
 *
 * @module
 */

// The runtimes have timers of different kinds in their globals.
import { setTimeout } from "node:timers";

/** How much longer than the statement itself its answer may take, in milliseconds. */
const GRACE = 1000;

/** When a silence is looked at a second time, in milliseconds: what came while this thread was busy is read before that. */
const SECOND_LOOK = 100;

/** The longest that a timer waits. */
const LONGEST = 2 ** 31 - 1;

export class SilenceWatch {
  readonly #timeout: number;
  readonly #owed: () => number;
  readonly #onSilent: () => void;
  #heardAt = 0;
  #isSuspected = false;
  #isRunning = false;

  /**
   * @param timeout How many milliseconds a statement may take.
   * @param owed How many statements the server answers next, together; 0 where it owes nothing.
   * @param onSilent Called when it has fallen silent.
   */
  constructor(timeout: number, owed: () => number, onSilent: () => void) {
    this.#timeout = timeout;
    this.#owed = owed;
    this.#onSilent = onSilent;
  }

  /** The server, which owed nothing, is asked for something. */
  begin(): void {
    this.heard();
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#wait(this.#timeout + GRACE);
  }

  /** Something has come. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#isSuspected = false;
  }

  #wait(ms: number): void {
    setTimeout(this.#look, Math.min(ms, LONGEST)).unref();
  }

  readonly #look = (): void => {
    const owed = this.#owed();
    const rest = this.#heardAt + this.#timeout * owed + GRACE - performance.now();
    if (owed === 0) this.#isRunning = false;
    else if (rest > 0) this.#wait(rest);
    else if (this.#isSuspected) {
      this.#isRunning = false;
      this.#onSilent();
    } else {
      this.#isSuspected = true;
      this.#wait(SECOND_LOOK);
    }
  };
}
