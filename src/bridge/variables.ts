/**
 * The context variables of one task, on one side of a bridge; changes travel with the next message.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";

export class Variables {
  readonly #values: Map<string, unknown>;
  readonly #changed = new Set<string>();

  constructor(values: ReadonlyMap<string, unknown> = new Map()) {
    this.#values = new Map(values);
  }

  /** A copy for code that must not change the original: a task started inside, or a `run()`. */
  fork(): Variables {
    return new Variables(this.#values);
  }

  get(name: string): unknown {
    return this.#values.get(name);
  }

  set(name: string, value: unknown): void {
    this.#values.set(name, value);
    this.#changed.add(name);
  }

  /** Has all values travel with the next message, as a new task needs them. */
  sendAll(): void {
    for (const name of this.#values.keys()) this.#changed.add(name);
  }

  /** Writes what has changed. A value that cannot cross throws, and stays here from then on. */
  write(writer: Writer): void {
    writer.uint(this.#changed.size);
    if (this.#changed.size === 0) return;
    for (const name of this.#changed) {
      writer.string(name);
      try {
        writer.value(this.#values.get(name), `ContextVar(${name})`);
      } catch (error) {
        this.#changed.delete(name);
        throw error;
      }
    }
  }

  /** What was written has been sent. */
  sent(): void {
    // Clearing what is empty costs as much as making it anew.
    if (this.#changed.size > 0) this.#changed.clear();
  }

  read(reader: Reader): void {
    for (let count = reader.uint(); count > 0; count--) this.#values.set(reader.string(), reader.value());
  }
}
