/**
 * The context variables of one task, on one side of a bridge; changes travel with the next message.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";

export class Variables {
  // Made when there is something to hold: most tasks have no variables.
  #values: Map<string, unknown> | undefined;
  #changed: Set<string> | undefined;

  constructor(values?: ReadonlyMap<string, unknown>) {
    if (values !== undefined && values.size > 0) this.#values = new Map(values);
  }

  /** A copy for code that must not change the original: a task started inside, or a `run()`. */
  fork(): Variables {
    return new Variables(this.#values);
  }

  get(name: string): unknown {
    return this.#values?.get(name);
  }

  set(name: string, value: unknown): void {
    this.#keep(name, value);
    this.#change(name);
  }

  /** Has all values travel with the next message, as a new task needs them. */
  sendAll(): void {
    if (this.#values !== undefined) for (const name of this.#values.keys()) this.#change(name);
  }

  /** Writes what has changed. A value that cannot cross throws, and stays here from then on. */
  write(writer: Writer): void {
    const changed = this.#changed;
    writer.uint(changed?.size ?? 0);
    if (changed === undefined) return;
    for (const name of changed) {
      writer.string(name);
      try {
        writer.value(this.get(name), `ContextVar(${name})`);
      } catch (error) {
        changed.delete(name);
        throw error;
      }
    }
  }

  /** What was written has been sent. */
  sent(): void {
    this.#changed = undefined;
  }

  read(reader: Reader): void {
    for (let count = reader.uint(); count > 0; count--) this.#keep(reader.string(), reader.value());
  }

  #keep(name: string, value: unknown): void {
    this.#values ??= new Map();
    this.#values.set(name, value);
  }

  #change(name: string): void {
    this.#changed ??= new Set();
    this.#changed.add(name);
  }
}
