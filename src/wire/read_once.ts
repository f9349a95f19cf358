/**
 * What has been read of objects in attempts to write them: where an attempt fails, and they are written elsewhere after all, nothing of
 * them is read a second time.
 *
 * @module
 */

import type { Outcome } from "./protocol.ts";

/** Remembers what is read in attempts: until the outermost has ended, or until the end of the message where one has failed. */
export class ReadOnce {
  /** Whether something may have been read before. */
  isOn = false;
  readonly #outcomes = new Map<object, Map<string | symbol, Outcome>>();
  #hasFailed = false;

  /** An attempt begins. */
  begin(): void {
    this.isOn = true;
  }

  /** An attempt has ended, within another or not. */
  end(isWritten: boolean, isOutermost: boolean): void {
    if (!isWritten) this.#hasFailed = true;
    else if (isOutermost && !this.#hasFailed) this.forget();
  }

  /** Lets go of all. */
  forget(): void {
    this.isOn = this.#hasFailed = false;
    this.#outcomes.clear();
  }

  /** What `read` returns or throws: the first time that it is asked for this object and key. */
  get<T>(object: object, key: string | symbol, read: () => T): T {
    if (!this.isOn) return read();
    let ofObject = this.#outcomes.get(object);
    if (ofObject === undefined) {
      ofObject = new Map();
      this.#outcomes.set(object, ofObject);
    }
    let outcome = ofObject.get(key);
    if (outcome === undefined) {
      outcome = outcomeOf(read);
      ofObject.set(key, outcome);
    }
    if (outcome.outcome === "threw") throw outcome.value;
    return outcome.value as T;
  }
}

function outcomeOf(read: () => unknown): Outcome {
  try {
    return { outcome: "returned", value: read() };
  } catch (value) {
    return { outcome: "threw", value };
  }
}
