/**
 * What can stay on its thread and be used from another one, and how.
 *
 * @module
 */

import type { AnyFunction } from "../wire/codec.ts";
import { isDetached } from "../wire/refusal.ts";
import type { FunctionTraits } from "./reference_table.ts";

/** What is asked by the very object, which another thread has not: its answers there would be wrong. */
const BY_IDENTITY: ReadonlySet<string> = new Set([
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "FinalizationRegistry",
  "Symbol",
]);

/** Whether an object may be used from another thread. */
export function isLendable(object: object): boolean {
  const tag = Object.prototype.toString.call(object).slice("[object ".length, -1);
  return !BY_IDENTITY.has(tag) && !isDetached(object) && !isNamespace(object);
}

/** Whether an object is one of the language's own collections of functions, such as Math. */
function isNamespace(object: object): boolean {
  const property = Object.getOwnPropertyDescriptor(object, Symbol.toStringTag);
  return property !== undefined && !property.enumerable && !property.writable;
}

/** Whether a value is awaited like a promise. */
export function isThenable(object: object): boolean {
  try {
    return object instanceof Promise || typeof (object as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}

/** Whether what a function is called on means something: neither the global object nor a copy of a plain one. */
export function isGiven(self: unknown): self is object {
  if (typeof self === "function") return true;
  if (typeof self !== "object" || self === null || self === globalThis || Array.isArray(self)) return false;
  const prototype: unknown = Object.getPrototypeOf(self);
  return prototype !== null && prototype !== Object.prototype;
}

const source = Function.prototype.toString;

function sourceOf(fn: AnyFunction): string {
  try {
    return source.call(fn);
  } catch {
    return "";
  }
}

/** Whether a function is a class, or a constructor of the language's or the platform's. */
export function isClass(value: object): boolean {
  if (typeof value !== "function") return false;
  const prototype = Object.getOwnPropertyDescriptor(value, "prototype");
  if (prototype === undefined || typeof prototype.value !== "object" || prototype.value === null)
    return false;
  return prototype.writable === false || Object.getOwnPropertyNames(prototype.value).length > 1;
}

/** How much of a function's source stands for a name that it has not. */
const EXCERPT = 60;

/** What to call a function in a message to people. */
export function nameOrSource(fn: AnyFunction, name: string): string {
  if (name !== "") return name;
  const text = sourceOf(fn).replace(/\s+/g, " ");
  return `the function \`${text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text}\``;
}

const IMPLIED: ReadonlySet<string | symbol> = new Set(["length", "name", "prototype", "arguments", "caller"]);

/** Whether a function has properties or methods besides those that any function has. */
export function hasMore(fn: AnyFunction): boolean {
  try {
    if (Reflect.ownKeys(fn).some((key) => !IMPLIED.has(key))) return true;
    const prototype = Object.getPrototypeOf(fn);
    return !(
      prototype === Function.prototype ||
      (Object.getPrototypeOf(prototype) === Function.prototype &&
        Object.hasOwn(prototype, Symbol.toStringTag))
    );
  } catch {
    // A proxy's trap threw.
    return false;
  }
}

const traits = new WeakMap<AnyFunction, FunctionTraits>();

/** What the other side has to know of a function. */
export function traitsOf(fn: AnyFunction): FunctionTraits {
  let known = traits.get(fn);
  if (known === undefined) {
    let name: unknown;
    try {
      name = fn.name;
    } catch {
      // A proxy's trap threw.
    }
    known = {
      name: typeof name === "string" ? name : "",
      usesThis: /\bthis\b/.test(sourceOf(fn)),
      isGenerator: Object.prototype.toString.call(fn) === "[object GeneratorFunction]",
    };
    traits.set(fn, known);
  }
  return known;
}
