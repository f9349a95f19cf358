/**
 * ReferenceTable: numbers for what stays on its own side of a bridge, each belonging to the task that carried it.
 *
 * The side that keeps a value counts how often it has sent its number; the side that imports it counts how often it
 * has received it, and releases that many. So a number that is released while it is on its way once more stays valid.
 *
 * @module
 */

import { ReferenceReleased } from "../base/errors.ts";
import { type LiveOwner, liveOf } from "./live_object.ts";
import { type NumberBlock, NumberBlocks } from "./number_blocks.ts";
import type { ParentWait } from "./task_context.ts";
import { watchRejection } from "./unasked_promises.ts";

/** A task that holds so many values of async code is told so, once. */
const MANY = 100_000;
const TOO_MANY = `a task holds ${MANY} objects of async code: each that blocking code is given is kept until its task ends; release those that it is done with, as by using, or divide the work among tasks`;

interface Kept {
  readonly value: unknown;
  /** What a function is called on. */
  readonly receiver: unknown;
  readonly scope: Scope;
  sent: number;
  /** Whether the other side has asked for it. */
  isAsked: boolean;
  /** What to tell people where nobody has asked by the end of the task. */
  rejection: string | undefined;
}

interface Imported {
  readonly id: number;
  readonly scope: Scope;
  received: number;
  /** The wait that it has last come with. */
  givenIn: ParentWait | undefined;
}

/** The references of one task, on one side. They end with it. */
export class Scope {
  /** What this side keeps for the task, by number. */
  readonly kept: Set<number> = new Set();
  /** The numbers of the functions and objects among it. */
  readonly numbers: Map<object, number> = new Map();
  /** What this side has imported for the task. */
  readonly imports: Set<number> = new Set();
  /** The lists whose objects this side keeps for the task. */
  blocks: NumberBlock<Scope>[] | undefined;
  /** How many values this side keeps for the task. */
  held = 0;
  /** Whether this side has imported lists for the task. */
  importsLists = false;
  ended = false;
}

/** What a side has to know of a function that it imports. */
export interface FunctionTraits {
  readonly name: string;
  /** Whether it matters what it is called on. */
  readonly usesThis: boolean;
  readonly isGenerator: boolean;
}

/** A function, as its importer knows it. */
export interface ImportedFunction extends FunctionTraits {
  /** What it is called in a message to people, and where it was given; empty where that is not told. */
  readonly label: string;
}

/** How one side holds what it imports, and what it makes of a number. */
export interface Importing {
  /** Makes what stands here for the function that the other side keeps as `id`. */
  stub(id: number, scope: Scope, fn: ImportedFunction): object;
  /** Makes what stands here for a promise of the other side. */
  promise?(id: number, scope: Scope): object;
  /** What reaches the originals of objects that the other side keeps. */
  readonly live: LiveOwner;
  /** Has people told something. */
  tell?(message: string): void;
  /** The wait whose message is being read. */
  presentWait?(): ParentWait | undefined;
  /** Tells the other side that `count` receipts of `id` are given back. */
  release(id: number, count: number): void;
  /** Whether a stub that is no longer reachable is released; else it lives as long as its task. */
  readonly collect: boolean;
}

/** One side's table of references. */
export class ReferenceTable {
  readonly importing: Importing;
  readonly #kept = new Map<number, Kept>();
  readonly #keptLists = new NumberBlocks<Scope>();
  readonly #stubs = new Map<number, object | WeakRef<object>>();
  readonly #importedLists = new NumberBlocks<Scope>();
  readonly #imported = new WeakMap<object, Imported>();
  readonly #collected: FinalizationRegistry<Imported> | undefined;
  #last = 0;

  constructor(importing: Importing) {
    this.importing = importing;
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
    return this.#kept.size + this.#keptLists.size;
  }

  /** Whether `value` is kept for `scope` already. */
  isKept(value: object, scope: Scope): boolean {
    const id = this.#numberFor(value, scope);
    return id !== undefined && (this.#kept.has(id) || this.#keptLists.find(id) !== undefined);
  }

  #numberFor(value: object, scope: Scope): number | undefined {
    // No list holds functions.
    if (scope.blocks !== undefined && typeof value === "object") index(scope, scope.blocks);
    return scope.numbers.get(value);
  }

  /** What is kept as `id`; in a list it has no entry before that is asked for. */
  #entry(id: number): Kept | undefined {
    const kept = this.#kept.get(id);
    if (kept !== undefined) return kept;
    const taken = this.#keptLists.take(id);
    if (taken === undefined) return undefined;
    const { object, scope } = taken;
    const entry = newEntry(object, undefined, scope);
    this.#kept.set(id, entry);
    scope.kept.add(id);
    scope.numbers.set(object, id);
    return entry;
  }

  /** The number under which `value` is kept for `scope`, counted as sent once more. A function is called on `receiver`. */
  keep(value: object, scope: Scope, receiver?: object): number {
    const id = this.#numberFor(value, scope);
    const kept = id !== undefined && this.#entry(id);
    if (kept && (receiver === undefined || kept.receiver === receiver)) {
      kept.sent++;
      return id;
    }
    const number = this.keepAnew(value, scope, receiver);
    if (!kept) scope.numbers.set(value, number);
    return number;
  }

  /** Keeps any value for `scope` under a number of its own, sent once. */
  keepAnew(value: unknown, scope: Scope, receiver?: object): number {
    const id = ++this.#last;
    this.#kept.set(id, newEntry(value, receiver, scope));
    scope.kept.add(id);
    this.#count(1, scope);
    return id;
  }

  /** Tells of a task that holds very much. */
  #count(more: number, scope: Scope): void {
    const before = scope.held;
    scope.held += more;
    if (before < MANY && scope.held >= MANY) this.importing.tell?.(TOO_MANY);
  }

  /** As `keep()`, of the objects of a list, of which none stands twice. Where none was kept before, their numbers follow each other. */
  keepAll(values: readonly object[], scope: Scope): { readonly base: number } | { readonly ids: number[] } {
    if (this.#isAnyKept(values, scope)) return { ids: values.map((value) => this.keep(value, scope)) };
    const base = this.#last + 1;
    this.#last += values.length;
    scope.blocks ??= [];
    scope.blocks.push(this.#keptLists.add(base, values, scope));
    this.#count(values.length, scope);
    return { base };
  }

  #isAnyKept(values: readonly object[], scope: Scope): boolean {
    if (scope.blocks === undefined && scope.numbers.size === 0) return false;
    return values.some((value) => this.#numberFor(value, scope) !== undefined);
  }

  /** What the function kept as `id` is called on. */
  receiver(id: number): unknown {
    return this.#kept.get(id)?.receiver;
  }

  /** The value kept as `id`. */
  value(id: number): unknown {
    const kept = this.#entry(id);
    if (kept === undefined) {
      throw new ReferenceReleased(
        "use a reference: what it named was released, because it was disposed of or its task has ended",
      );
    }
    kept.isAsked = true;
    return kept.value;
  }

  /** Has people told when the promise kept as `id` is rejected, and its task ends without having asked for it. */
  watch(id: number, promise: Promise<unknown>): void {
    const kept = this.#kept.get(id);
    watchRejection(promise, (message) => {
      if (kept === undefined || kept.isAsked) return;
      if (kept.scope.ended) this.importing.tell?.(message);
      else kept.rejection = message;
    });
  }

  /** The other side gives `count` receipts of `id` back. */
  released(id: number, count: number): void {
    const kept = this.#entry(id);
    if (kept === undefined) return;
    kept.sent -= count;
    if (kept.sent > 0) return;
    this.#kept.delete(id);
    kept.scope.kept.delete(id);
    kept.scope.held--;
    const { value } = kept;
    if (kept.scope.numbers.get(value as object) === id) kept.scope.numbers.delete(value as object);
  }

  /** Lets go of a stub, of which this side has no more use. */
  drop(id: number): number {
    if (this.#importedLists.take(id) !== undefined) return 1;
    const stub = this.#stubs.get(id);
    const alive = this.#alive(stub);
    const imported = alive && this.#imported.get(alive);
    if (imported === undefined) return 0;
    this.#collected?.unregister(imported);
    this.#stubs.delete(id);
    this.#imported.delete(alive as object);
    imported.scope.imports.delete(id);
    return imported.received;
  }

  /** The number of a stub of the other side's value; `undefined` for anything else. */
  numberOf(stub: object): number | undefined {
    return (this.#imported.get(stub) ?? this.#importedInList(stub))?.id;
  }

  #importedInList(stub: object): { readonly id: number } | undefined {
    const live = liveOf(stub);
    if (live === undefined || live.owner !== this.importing.live) return undefined;
    const block = this.#importedLists.find(live.id);
    return block?.objects[live.id - block.base] === stub ? live : undefined;
  }

  /** The wait that a stub has last come with, where that is known. */
  givenIn(stub: object): ParentWait | undefined {
    return this.#imported.get(stub)?.givenIn;
  }

  /** What stands here for the other side's `id`, counted as received once more. */
  import(id: number, scope: Scope, make: () => object): object {
    const inList = this.#importedLists.take(id);
    if (inList !== undefined) return this.#importAs(inList.object, id, scope, 2).stub;
    const known = this.#stubs.get(id);
    const alive = this.#alive(known);
    const imported = alive && this.#imported.get(alive);
    const givenIn = this.importing.presentWait?.();
    if (imported !== undefined) {
      imported.received++;
      imported.givenIn = givenIn;
      return alive as object;
    }
    const { stub, entry } = this.#importAs(make(), id, scope, 1);
    entry.givenIn = givenIn;
    return stub;
  }

  #importAs(stub: object, id: number, scope: Scope, received: number): { stub: object; entry: Imported } {
    const entry: Imported = { id, scope, received, givenIn: undefined };
    this.#imported.set(stub, entry);
    this.#stubs.set(id, this.#collected ? new WeakRef(stub) : stub);
    this.#collected?.register(stub, entry, entry);
    scope.imports.add(id);
    return { stub, entry };
  }

  /** What stands here for a list of the other side's that has not come before: objects whose numbers follow each other. */
  importAll(base: number, stubs: readonly object[], scope: Scope): void {
    if (this.#collected !== undefined) {
      for (let i = 0; i < stubs.length; i++) this.import(base + i, scope, () => stubs[i] as object);
      return;
    }
    this.#importedLists.add(base, stubs, scope);
    scope.importsLists = true;
  }

  /** The task has ended: all that it carried, in either direction, is dropped. */
  end(scope: Scope): void {
    scope.ended = true;
    for (const id of scope.kept) {
      const kept = this.#kept.get(id);
      if (kept?.rejection !== undefined && !kept.isAsked) this.importing.tell?.(kept.rejection);
      this.#kept.delete(id);
    }
    for (const id of scope.imports) {
      const stub = this.#stubs.get(id);
      const alive = this.#alive(stub);
      const imported = alive && this.#imported.get(alive);
      if (imported !== undefined) this.#collected?.unregister(imported);
      this.#stubs.delete(id);
    }
    if (scope.blocks !== undefined) this.#keptLists.end(scope);
    scope.blocks = undefined;
    if (scope.importsLists) this.#importedLists.end(scope);
    // Clearing what is empty costs as much as making it anew.
    if (scope.kept.size > 0) scope.kept.clear();
    if (scope.numbers.size > 0) scope.numbers.clear();
    if (scope.imports.size > 0) scope.imports.clear();
  }

  /** What a stub that is kept here stands for: a recorded expression is one, too, and cannot be asked for its class. */
  #alive(stub: object | WeakRef<object> | undefined): object | undefined {
    return this.#collected === undefined ? stub : (stub as WeakRef<object> | undefined)?.deref();
  }
}

function newEntry(value: unknown, receiver: unknown, scope: Scope): Kept {
  return { value, receiver, scope, sent: 1, isAsked: false, rejection: undefined };
}

/** Has the numbers of lists' objects be found in their scope. */
function index(scope: Scope, blocks: readonly NumberBlock<Scope>[]): void {
  // The last one is the one that may not be.
  for (let n = blocks.length - 1; n >= 0; n--) {
    const block = blocks[n] as NumberBlock<Scope>;
    if (block.isIndexed) return;
    block.isIndexed = true;
    for (let i = 0; i < block.objects.length; i++) {
      const object = block.objects[i];
      if (object !== undefined) scope.numbers.set(object, block.base + i);
    }
  }
}
