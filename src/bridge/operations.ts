/**
 * What one side has done with an object that the other side keeps.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import { checkKey } from "../wire/expression_codec.ts";
import { currentContext } from "./task_context.ts";
import { rememberMethod } from "./unasked_promises.ts";

/** Stands for the own data of an object, where a message is written. */
export class OwnData {
  readonly object: object;

  constructor(object: object) {
    this.object = object;
  }

  /** It has a method, so that it is never taken for data. */
  toString(): string {
    return "own data";
  }
}

type Any = Record<string | symbol, unknown>;
// biome-ignore lint/complexity/noBannedTypes: nothing narrower holds them all
type AnyFunction = Function;

const call = (object: Any, key: string | symbol, ...args: unknown[]): unknown => {
  checkKey(key);
  const method = object[key];
  if (typeof method !== "function") throw new TypeError(`call ${String(key)}: it is not a function`);
  const result: unknown = Reflect.apply(method, object, args);
  if (result instanceof Promise) rememberMethod(result, object, key);
  return result;
};

/** Each takes the original first. Results are boxed, so that a promise among them is not awaited. */
export const operations = {
  call: (object: Any, key: string | symbol, ...args: unknown[]): [unknown] => [call(object, key, ...args)],
  /** The one that is awaited. */
  awaitCall: async (object: Any, key: string | symbol, ...args: unknown[]): Promise<[unknown]> => [
    await call(object, key, ...args),
  ],
  get(object: Any, key: string | symbol): [unknown] {
    checkKey(key);
    return [object[key]];
  },
  set(object: Any, key: string | symbol, value: unknown): [] {
    checkKey(key);
    // As an assignment in strict code.
    object[key] = value;
    return [];
  },
  define(object: Any, key: string | symbol, descriptor: PropertyDescriptor): [] {
    checkKey(key);
    Object.defineProperty(object, key, descriptor);
    return [];
  },
  delete(object: Any, key: string | symbol): [] {
    delete object[key];
    return [];
  },
  apply: (fn: AnyFunction, self: unknown, ...args: unknown[]): [unknown] => [Reflect.apply(fn, self, args)],
  /** What an expression has come to, not awaited. */
  box: (value: unknown): [unknown] => [value],
  construct: (Class: AnyFunction, ...args: unknown[]): [unknown] => [Reflect.construct(Class, args)],
  iterate(object: Iterable<unknown>): [unknown] {
    if (typeof (object as Partial<Iterable<unknown>>)?.[Symbol.iterator] !== "function")
      throw new TypeError("iterate over a value of the other thread: it is not iterable");
    const iterator = object[Symbol.iterator]();
    // Of the language and the platform: to read all of them at once shows nowhere.
    const isKnown = /^\[object (Array|Map|Set|Headers|URLSearchParams|FormData) Iterator\]$/;
    if (!isKnown.test(Object.prototype.toString.call(iterator))) return [iterator];
    return [[...({ [Symbol.iterator]: () => iterator } as Iterable<unknown>)]];
  },
  /** Settles when the event loop has turned twice, so that all that has come is settled, and it is known who looks at it. */
  turn: (): Promise<readonly []> =>
    new Promise((resolve) => runtime.soon(() => runtime.soon(() => resolve([])))),
  /** The signal of the task that asks. */
  signal: (): [AbortSignal | undefined] => [currentContext.get()?.cause?.task.signal],
  awaited: async (value: unknown): Promise<[unknown]> => [await value],
  /** For `held.ts`, which says what this gives. */
  items(value: unknown): [object] {
    if (!Array.isArray(value)) return [{ items: operations.iterate(value as Iterable<unknown>)[0] }];
    const kept: number[] = [];
    const items = Array.from(value as unknown[], (item, i) => {
      if (Object(item) !== item) return item;
      kept.push(i);
      return null;
    });
    return [{ kept, items }];
  },
  isInstance: (value: unknown, Class: AnyFunction): [boolean] => [value instanceof Class],
  hasInstance: (Class: AnyFunction, value: unknown): [boolean] => [value instanceof Class],
  own: (object: object): [OwnData] => [new OwnData(object)],
} as const;

export type Operation = keyof typeof operations;
