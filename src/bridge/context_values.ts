/**
 * The context variables of one task, on one side of a bridge; changes travel with the next message.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";

export class ContextValues {
  // Made when there is something to hold: most tasks have no variables.
  #values: Map<string, unknown> | undefined;
  #changed: Set<string> | undefined;

  constructor(values?: ReadonlyMap<string, unknown>) {
    if (values !== undefined && values.size > 0) this.#values = new Map(values);
  }

  /** Whether something has been set that may not have been sent. */
  hasChanged = false;

  get size(): number {
    return this.#values?.size ?? 0;
  }

  /** A copy for code that must not change the original: a task started inside, or a `run()`. */
  fork(): ContextValues {
    return new ContextValues(this.#values);
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

  /** Writes what has changed. Throws where a value cannot cross; all such values stay here from then on. */
  write(writer: Writer): void {
    const changed = this.#changed;
    writer.uint(changed?.size ?? 0);
    if (changed === undefined) return;
    let failed: { readonly error: unknown } | undefined;
    for (const name of changed) {
      writer.string(name);
      try {
        // A variable outlives what an object could be asked by.
        writer.copied(this.get(name), `ContextVar(${name})`);
      } catch (error) {
        changed.delete(name);
        failed ??= { error };
      }
    }
    if (failed !== undefined) throw failed.error;
  }

  /** What was written has been sent. */
  sent(): void {
    this.hasChanged = false;
    this.#changed = undefined;
  }

  /** Reads what `write()` wrote: all of it, or nothing where a value in it cannot be read. */
  read(reader: Reader): void {
    const count = reader.uint();
    if (count === 0) return;
    const read: [name: string, value: unknown][] = [];
    for (let i = 0; i < count; i++) read.push([reader.string(), reader.value()]);
    for (const [name, value] of read) this.#keep(name, value);
  }

  #keep(name: string, value: unknown): void {
    this.#values ??= new Map();
    this.#values.set(name, value);
  }

  #change(name: string): void {
    this.hasChanged = true;
    this.#changed ??= new Set();
    this.#changed.add(name);
  }
}
