/**
 * Live objects: what stands here for an object that stays on its own thread. Its own data are here as a copy; its methods and accessors
 * act on the original.
 *
 * @module
 */

import type { ClassDescription } from "../wire/class_description.ts";
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

  /** As `take()`, where the own data of the original are those of a plain object, and can be copied. */
  takeRow(row: Readonly<Record<string, unknown>>): void {
    const target = this.#target;
    const keys = Object.keys(row);
    const has = Reflect.ownKeys(target);
    if (keys.length !== has.length || !keys.every((key, i) => key === has[i] && isValue(target, key))) {
      this.take(keys.map((key) => ({ key, isEnumerable: true, value: { value: row[key] } })));
      return;
    }
    this.isStale = false;
    for (const key of keys) target[key] = row[key];
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
    if (key === Symbol.hasInstance && this.#isFunction && this.owner.isSync) return this.#hasInstance;
    if (this.isStale && (Object.hasOwn(target, key) || !(key in Object.getPrototypeOf(target))))
      this.refresh();
    return Reflect.get(target, key, receiver);
  }

  /** `instanceof` asks it, of a class: of what is there as well that thread knows. */
  readonly #hasInstance = (value: unknown): boolean => {
    if (typeof value !== "object" || value === null || liveOf(value) === undefined) return false;
    return this.operate("hasInstance", value) as boolean;
  };

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

/** Whether a property can be set without more ado. */
function isValue(target: Target, key: string): boolean {
  return Object.getOwnPropertyDescriptor(target, key)?.writable === true;
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

  constructor(live: LiveObject) {
    super(live.proxy);
    this.#live = live;
  }

  static of(value: object): LiveObject | undefined {
    return #live in value ? value.#live : undefined;
  }
}

/** Has `liveOf()` know the proxy. */
export function mark(live: LiveObject): object {
  new Mark(live);
  return live.proxy;
}
