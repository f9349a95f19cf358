/**
 * Live objects: what stands here for an object that stays on its own thread. Its own data are here as a copy; its methods and accessors
 * act on the original.
 *
 * @module
 */

import { type Bottom, type ClassDescription, classKnownAs } from "../wire/class_description.ts";
import type { Operation } from "./operations.ts";
import type { Scope } from "./reference_table.ts";

/** A property of an object's own, as it has come from the original. */
export interface OwnProperty {
  readonly key: string | symbol;
  readonly isEnumerable: boolean;
  /** Nothing where it is to be read from the original: it is computed there, or cannot be copied. */
  readonly value?: { readonly value: unknown };
}

/** How the originals of one side's live objects are reached. */
export interface LiveOwner {
  /** Whether `operate()` gives the result at once; else it gives promises. */
  readonly isSync: boolean;
  /** Has something done with the original. */
  operate(live: LiveObject, operation: Operation, args: readonly unknown[]): unknown;
  /** Lets go of the original. */
  release(live: LiveObject): void;
  /** Has a live object be awaited as its original is. Returns its `then()`. */
  makeAwaitable?(live: LiveObject): (...args: unknown[]) => unknown;
}

const OURS: ReadonlySet<symbol> = new Set([Symbol.for("awaitlet.expression"), Symbol.for("awaitlet.target")]);
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

type Target = Record<string | symbol, unknown>;

/** The proxy's handler, one for each live object. */
export class LiveObject implements ProxyHandler<Target> {
  readonly id: number;
  readonly scope: Scope;
  readonly owner: LiveOwner;
  readonly className: string;
  /** What user code has of it. */
  readonly proxy: object;
  /** Whether the own data here may not be those of the original any more. */
  isStale = true;
  readonly #target: Target;
  readonly #isFunction: boolean;
  /** Of an object that is awaited as a promise is. */
  #then: ((...args: unknown[]) => unknown) | undefined;

  /** @param target What holds the own data here; of the class, as far as that is known here. */
  constructor(id: number, scope: Scope, owner: LiveOwner, description: ClassDescription, target: object) {
    this.id = id;
    this.scope = scope;
    this.owner = owner;
    this.className = description.name;
    this.#isFunction = description.bottom === "function";
    this.#target = target as Target;
    this.proxy = new Proxy(this.#target, this);
  }

  /** From now on it can be awaited. */
  makeAwaitable(): void {
    this.#then = this.owner.makeAwaitable?.(this);
  }

  /** Takes the own data of the original in the place of those here. */
  take(properties: readonly OwnProperty[]): void {
    const target = this.#target;
    this.isStale = false;
    for (const key of Reflect.ownKeys(target)) {
      if (Object.getOwnPropertyDescriptor(target, key)?.configurable) delete target[key];
    }
    if (Array.isArray(target)) target.length = 0;
    for (const { key, isEnumerable, value } of properties) {
      if (Object.getOwnPropertyDescriptor(target, key)?.configurable === false) continue;
      const common = { enumerable: isEnumerable, configurable: true };
      if (value !== undefined) Object.defineProperty(target, key, { ...common, ...value, writable: true });
      else {
        Object.defineProperty(target, key, {
          ...common,
          get: () => this.operate("get", key),
          set: (given: unknown) => void this.operate("set", key, given),
        });
      }
    }
  }

  operate(operation: Operation, ...args: unknown[]): unknown {
    return this.owner.operate(this, operation, args);
  }

  /** Calls a method of the original. */
  call(key: string | symbol, args: readonly unknown[]): unknown {
    this.isStale = true;
    return this.operate("call", key, ...args);
  }

  /** Has the own data here be those of the original, where that can be had at once. */
  refresh(): void {
    if (!this.isStale || !this.owner.isSync) return;
    this.take(this.operate("own") as readonly OwnProperty[]);
  }

  get(target: Target, key: string | symbol, receiver: unknown): unknown {
    // Asked of every function, whether it is an expression or a task's.
    if (typeof key === "symbol" && OURS.has(key)) return undefined;
    if (key === "then" && this.#then !== undefined) return this.#then;
    if (this.isStale && (Object.hasOwn(target, key) || !(key in Object.getPrototypeOf(target))))
      this.refresh();
    return Reflect.get(target, key, receiver);
  }

  set(target: Target, key: string | symbol, value: unknown, receiver: unknown): boolean {
    if (receiver !== this.proxy) return Reflect.set(target, key, value, receiver);
    const wasStale = this.isStale;
    void this.operate("set", key, value);
    if (wasStale) return true;
    this.isStale = false;
    const own = Object.getOwnPropertyDescriptor(target, key);
    // What an accessor has made of the value is known to the original alone.
    if (own === undefined ? key in target : !("value" in own)) this.isStale = true;
    else Reflect.defineProperty(target, key, { ...DATA, ...own, value });
    return true;
  }

  has(target: Target, key: string | symbol): boolean {
    if (!(key in target)) this.refresh();
    return key in target;
  }

  ownKeys(target: Target): (string | symbol)[] {
    this.refresh();
    return Reflect.ownKeys(target);
  }

  getOwnPropertyDescriptor(target: Target, key: string | symbol): PropertyDescriptor | undefined {
    this.refresh();
    return Reflect.getOwnPropertyDescriptor(target, key);
  }

  defineProperty(target: Target, key: string | symbol, descriptor: PropertyDescriptor): boolean {
    void this.operate("define", key, { ...descriptor });
    return Reflect.defineProperty(target, key, { ...descriptor, configurable: true });
  }

  deleteProperty(target: Target, key: string | symbol): boolean {
    void this.operate("delete", key);
    return Reflect.deleteProperty(target, key);
  }

  setPrototypeOf(): boolean {
    return false;
  }

  preventExtensions(): boolean {
    return false;
  }

  apply(_target: Target, self: unknown, args: unknown[]): unknown {
    if (this.#isFunction) this.isStale = true;
    return this.operate("apply", self, ...args);
  }

  construct(_target: Target, args: unknown[]): object {
    if (!this.owner.isSync) throw new TypeError(`new ${this.className}: its class is on another thread`);
    return this.operate("construct", ...args) as object;
  }
}

const DATA: PropertyDescriptor = { writable: true, enumerable: true, configurable: true };

/** What stands behind a live object; `undefined` for any other value. Runs no code of the value's own. */
export function liveOf(value: object): LiveObject | undefined {
  return Mark.of(value);
}

class Given {
  constructor(given: object) {
    // biome-ignore lint/correctness/noConstructorReturn: what extends it puts its private field there
    return given;
  }
}

/** Tells proxies from all else by a private field, which runs no trap; a WeakMap of many costs the collector several times as much. */
class Mark extends Given {
  readonly #live: LiveObject;

  constructor(proxy: object, live: LiveObject) {
    super(proxy);
    this.#live = live;
  }

  static of(value: object): LiveObject | undefined {
    return #live in value ? value.#live : undefined;
  }
}

/** Makes the live object for an original of the other side. */
export function makeLive(
  id: number,
  scope: Scope,
  owner: LiveOwner,
  description: ClassDescription,
  isClass: boolean,
  isAwaitable: boolean,
): LiveObject {
  const live = new LiveObject(id, scope, owner, description, targetOf(description, isClass, owner.isSync));
  new Mark(live.proxy, live);
  if (isAwaitable) live.makeAwaitable();
  return live;
}

/** Makes the live objects for originals of one class, whose own data, as they have come, are `rows`. */
export function makeLives(
  rows: readonly object[],
  scope: Scope,
  owner: LiveOwner,
  description: ClassDescription,
  idOf: (index: number) => number,
): object[] {
  const prototype = prototypeFor(description, owner.isSync);
  const made: object[] = new Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const live = new LiveObject(
      idOf(i),
      scope,
      owner,
      description,
      Object.setPrototypeOf(rows[i], prototype) as object,
    );
    live.isStale = false;
    new Mark(live.proxy, live);
    made[i] = live.proxy;
  }
  return made;
}

function targetOf(description: ClassDescription, isClass: boolean, isSync: boolean): object {
  const prototype = prototypeFor(description, isSync);
  const target = bare(description.bottom, isClass);
  if (Object.getPrototypeOf(target) !== prototype) Object.setPrototypeOf(target, prototype);
  return target;
}

function bare(bottom: Bottom, isClass: boolean): object {
  if (bottom === "array") return [];
  if (bottom === "object") return {};
  // Only what is no arrow can be constructed.
  const target = isClass ? class {} : () => {};
  for (const key of ["length", "name"]) Reflect.deleteProperty(target, key);
  return target;
}

const syncPrototypes = new WeakMap<ClassDescription, object>();
const asyncPrototypes = new WeakMap<ClassDescription, object>();

/** The prototype of all live objects of a class: what their class has. */
function prototypeFor(description: ClassDescription, isSync: boolean): object {
  const prototypes = isSync ? syncPrototypes : asyncPrototypes;
  let prototype = prototypes.get(description);
  if (prototype === undefined) {
    prototype = makePrototype(description, isSync);
    prototypes.set(description, prototype);
  }
  return prototype;
}

const ROOTS: Record<Bottom, object> = {
  object: Object.prototype,
  array: Array.prototype,
  function: Function.prototype,
};

function makePrototype({ name, bottom, classes, members }: ClassDescription, isSync: boolean): object {
  const local = classes.map(classKnownAs).find((Class) => Class !== undefined);
  const prototype = Object.create((local?.prototype as object | undefined) ?? ROOTS[bottom]) as object;
  const define = (key: string | symbol, property: PropertyDescriptor): void => {
    Object.defineProperty(prototype, key, { ...property, enumerable: false, configurable: true });
  };
  if (local === undefined && (bottom === "object" || members.length > 0)) {
    const Class = named(name, unconstructible(name));
    // What shows an object looks there whether it is of that class.
    Class.prototype = prototype;
    define("constructor", { value: Class, writable: true });
  }
  for (const { key, kind, value } of members) {
    if (kind === "value") define(key, { value, writable: true });
    else if (kind === "accessor") define(key, accessor(key));
    else define(key, { value: method(key), writable: true });
  }
  const keys = new Set(members.map(({ key }) => key));
  if (keys.has(Symbol.iterator)) {
    if (isSync) define(Symbol.iterator, { value: iterate, writable: true });
    else {
      define(Symbol.iterator, { value: refuseIteration, writable: true });
      if (!keys.has(Symbol.asyncIterator))
        define(Symbol.asyncIterator, { value: iterateAsync, writable: true });
    }
  }
  if (!keys.has(Symbol.dispose)) define(Symbol.dispose, { value: disposer(keys), writable: true });
  if (!keys.has(INSPECT)) define(INSPECT, { value: inspected, writable: true });
  return prototype;
}

function method(key: string | symbol): (...args: unknown[]) => unknown {
  const call = function (this: object, ...args: unknown[]): unknown {
    return liveHere(this, key).call(key, args);
  };
  return named(typeof key === "string" ? key : `[${key.description}]`, call);
}

function accessor(key: string | symbol): PropertyDescriptor {
  return {
    get(this: object): unknown {
      return liveHere(this, key).operate("get", key);
    },
    set(this: object, value: unknown): void {
      liveHere(this, key).operate("set", key, value);
    },
  };
}

/** `using` calls it: has the original disposed of where its class says how, and lets go of it. */
function disposer(keys: ReadonlySet<string | symbol>): () => unknown {
  const isAsync = keys.has(Symbol.asyncDispose);
  return function (this: object): unknown {
    const live = liveHere(this, Symbol.dispose);
    if (!isAsync) return live.owner.release(live);
    return live.owner.isSync
      ? live.operate("awaitCall", Symbol.asyncDispose)
      : live.operate("call", Symbol.asyncDispose);
  };
}

/** `for…of` calls it: all items at once where the language itself or the platform holds them, else an iterator that is live. */
function iterate(this: object): Iterator<unknown> {
  const live = liveHere(this, Symbol.iterator);
  live.isStale = true;
  const items = live.operate("iterate");
  return Array.isArray(items) ? items[Symbol.iterator]() : (items as Iterator<unknown>);
}

function refuseIteration(this: object): never {
  throw new TypeError(
    `iterate over ${liveHere(this, Symbol.iterator).className}: it is on another thread; use for await`,
  );
}

async function* iterateAsync(this: object): AsyncGenerator<unknown, unknown, unknown> {
  const items = (await liveHere(this, Symbol.iterator).operate("iterate")) as
    | unknown[]
    | AsyncIterator<unknown, unknown, unknown>;
  if (Array.isArray(items)) return yield* items;
  return yield* drive(items);
}

/** Iterates over what an iterator of the other thread gives, whose methods give promises. */
export async function* drive(
  iterator: AsyncIterator<unknown, unknown, unknown>,
): AsyncGenerator<unknown, unknown, unknown> {
  let isDone = false;
  try {
    let sent: unknown;
    for (;;) {
      const { done, value } = await iterator.next(sent);
      if (done === true) {
        isDone = true;
        return value;
      }
      sent = yield value;
    }
  } catch (error) {
    isDone = true;
    throw error;
  } finally {
    if (!isDone) await iterator.return?.();
  }
}

/** What `console.log` shows: the own data as they are now, and the class. */
function inspected(this: object): unknown {
  const live = liveOf(this);
  if (live === undefined) return this;
  live.refresh();
  const shown = Array.isArray(this) ? [] : Object.create(Object.create(Object.getPrototypeOf(this), HIDES));
  return Object.defineProperties(shown, Object.getOwnPropertyDescriptors(this));
}

const HIDES: PropertyDescriptorMap = { [INSPECT]: { value: undefined } };

function liveHere(self: unknown, key: string | symbol): LiveObject {
  for (let at = self; typeof at === "object" || typeof at === "function"; at = Object.getPrototypeOf(at)) {
    if (at === null) break;
    const live = liveOf(at as object);
    if (live !== undefined) return live;
  }
  throw new TypeError(
    `use ${String(key)}: it belongs to an object of another thread, and was called on something else`,
  );
}

function unconstructible(name: string): (() => never) & { prototype: unknown } {
  // biome-ignore lint/complexity/useArrowFunction: one cannot be constructed, and says nothing of why
  return function (): never {
    throw new TypeError(
      `new ${name}: its class is on another thread; name it by asyncModule() to make one there`,
    );
  };
}

function named<F>(name: string, fn: F): F {
  return Object.defineProperty(fn, "name", { value: name, configurable: true });
}
