/**
 * What has been read of objects in attempts to write them: where an attempt fails, and they are written elsewhere after all, nothing of
 * them is read a second time.
 *
 * @module
 */

interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
  readonly isError: boolean;
}

/** Remembers what is read in attempts: until the outermost has ended, or until the end of the message where one has failed. */
export class ReadOnce {
  /** Whether something may have been read before. */
  isOn = false;
  readonly #outcomes = new Map<object, Map<string | symbol, Outcome>>();
  #hasFailed = false;
  #attempts = 0;

  /** An attempt begins. */
  begin(): void {
    this.isOn = true;
    this.#attempts++;
  }

  /** The latest attempt has ended. */
  end(isWritten: boolean): void {
    this.#attempts--;
    if (!isWritten) this.#hasFailed = true;
    else if (this.#attempts === 0 && !this.#hasFailed) this.forget();
  }

  /** Lets go of all. */
  forget(): void {
    this.isOn = this.#hasFailed = false;
    this.#attempts = 0;
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
    if (outcome.isError) throw outcome.error;
    return outcome.value as T;
  }
}

function outcomeOf(read: () => unknown): Outcome {
  try {
    return { value: read(), isError: false };
  } catch (error) {
    return { error, isError: true };
  }
}
