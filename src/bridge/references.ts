/**
 * References: numbers for what stays on its own side of a bridge, each belonging to the task that carried it.
 *
 * The side that keeps a value counts how often it has sent its number; the side that imports it counts how often it
 * has received it, and releases that many. So a number that is released while it is on its way once more stays valid.
 *
 * @module
 */

import { ReferenceReleased } from "../errors.ts";

interface Kept {
  readonly value: unknown;
  readonly scope: Scope;
  sent: number;
}

interface Imported {
  readonly id: number;
  readonly scope: Scope;
  received: number;
}

/** The references of one task, on one side. They end with it. */
export class Scope {
  /** What this side keeps for the task, by number. */
  readonly kept: Set<number> = new Set();
  /** The numbers of the functions among it. */
  readonly numbers: Map<object, number> = new Map();
  /** What this side has imported for the task. */
  readonly imports: Set<number> = new Set();
  ended = false;
}

/** How one side holds what it imports, and what it makes of a number. */
export interface Importing {
  /** Makes what stands here for the function, or the object that is `held`, which the other side keeps as `id`. */
  stub(id: number, scope: Scope, held: boolean): object;
  /** Tells the other side that `count` receipts of `id` are given back. */
  release(id: number, count: number): void;
  /** Whether a stub that is no longer reachable is released; else it lives as long as its task. */
  readonly collect: boolean;
}

/** One side's table of references. */
export class References {
  readonly #importing: Importing;
  readonly #kept = new Map<number, Kept>();
  readonly #stubs = new Map<number, object | WeakRef<object>>();
  readonly #imported = new WeakMap<object, Imported>();
  readonly #collected: FinalizationRegistry<Imported> | undefined;
  #last = 0;

  constructor(importing: Importing) {
    this.#importing = importing;
    if (importing.collect) {
      this.#collected = new FinalizationRegistry((imported) => {
        // The number may have been received again, for a new stub, before this ran.
        const stub = this.#stubs.get(imported.id);
        if (stub instanceof WeakRef && stub.deref() === undefined) {
          this.#stubs.delete(imported.id);
          imported.scope.imports.delete(imported.id);
        }
        importing.release(imported.id, imported.received);
      });
    }
  }

  /** How many values this side keeps for the other. */
  get size(): number {
    return this.#kept.size;
  }

  /** The number under which the function `value` is kept for `scope`, counted as sent once more. */
  keep(value: object, scope: Scope): number {
    const id = scope.numbers.get(value);
    const kept = id !== undefined && this.#kept.get(id);
    if (kept) {
      kept.sent++;
      return id;
    }
    const number = this.keepAnew(value, scope);
    scope.numbers.set(value, number);
    return number;
  }

  /** Keeps any value for `scope` under a number of its own, sent once. */
  keepAnew(value: unknown, scope: Scope): number {
    const id = ++this.#last;
    this.#kept.set(id, { value, scope, sent: 1 });
    scope.kept.add(id);
    return id;
  }

  /** The value kept as `id`. */
  value(id: number): unknown {
    const kept = this.#kept.get(id);
    if (kept === undefined) {
      throw new ReferenceReleased(
        "use a reference: what it named was released, because it was disposed of or its task has ended",
      );
    }
    return kept.value;
  }

  /** The other side gives `count` receipts of `id` back. */
  released(id: number, count: number): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    kept.sent -= count;
    if (kept.sent > 0) return;
    this.#kept.delete(id);
    kept.scope.kept.delete(id);
    if (typeof kept.value === "function" && kept.scope.numbers.get(kept.value) === id) {
      kept.scope.numbers.delete(kept.value);
    }
  }

  /** The number of a stub of the other side's value; `undefined` for anything else. */
  numberOf(stub: object): number | undefined {
    return this.#imported.get(stub)?.id;
  }

  /** What stands here for the other side's `id`, counted as received once more. */
  import(id: number, scope: Scope, held: boolean): object {
    const known = this.#stubs.get(id);
    const alive = known instanceof WeakRef ? known.deref() : known;
    const imported = alive && this.#imported.get(alive);
    if (imported !== undefined) {
      imported.received++;
      return alive as object;
    }
    const stub = this.#importing.stub(id, scope, held);
    const entry: Imported = { id, scope, received: 1 };
    this.#imported.set(stub, entry);
    this.#stubs.set(id, this.#collected ? new WeakRef(stub) : stub);
    this.#collected?.register(stub, entry, entry);
    scope.imports.add(id);
    return stub;
  }

  /** The task has ended: all that it carried, in either direction, is dropped. */
  end(scope: Scope): void {
    scope.ended = true;
    for (const id of scope.kept) this.#kept.delete(id);
    for (const id of scope.imports) {
      const stub = this.#stubs.get(id);
      const alive = stub instanceof WeakRef ? stub.deref() : stub;
      const imported = alive && this.#imported.get(alive);
      if (imported !== undefined) this.#collected?.unregister(imported);
      this.#stubs.delete(id);
    }
    // Clearing what is empty costs as much as making it anew.
    if (scope.kept.size > 0) scope.kept.clear();
    if (scope.numbers.size > 0) scope.numbers.clear();
    if (scope.imports.size > 0) scope.imports.clear();
  }
}
