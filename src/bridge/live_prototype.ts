/**
 * The prototypes of live objects: what the classes of their originals have.
 *
 * @module
 */

import { type Bottom, type ClassDescription, classKnownAs } from "../wire/class_description.ts";
import { type LiveObject, liveOf } from "./live_object.ts";

const INSPECT = Symbol.for("nodejs.util.inspect.custom");

const syncPrototypes = new WeakMap<ClassDescription, object>();
const asyncPrototypes = new WeakMap<ClassDescription, object>();

/** The prototype of all live objects of a class: what their class has. */
export function prototypeFor(description: ClassDescription, isSync: boolean): object {
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
