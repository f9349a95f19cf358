/**
 * Small plain values as JSON, where that is exact: the engine's own code writes and reads it, fast from the first call.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";

/** The most properties or elements that a value may have. */
const MOST = 64;

/** The most characters that a string may have. */
const LONGEST = 16 * 1024;

/** What the text of an object begins with that has dates: no JSON does. */
const DATED = "D";

const { getTime } = Date.prototype;

/** Whether JSON says a value exactly: a primitive value, or a plain object or array of primitive values. */
export function isPlain(value: unknown): boolean {
  switch (typeof value) {
    case "string":
      return value.length <= LONGEST;
    case "number":
      // Of all numbers JSON lacks the infinite ones, NaN and -0.
      return Number.isFinite(value) && (value !== 0 || 1 / value > 0);
    case "boolean":
      return true;
    case "object":
      return value === null || areParts(value, undefined);
    default:
      return false;
  }
}

/**
 * A primitive value, or a plain object or array of primitive values, as a text from which `plainValue()` makes the same. Properties of an
 * object may be dates.
 *
 * No code of the value's own runs: accessors and proxies are left to the codec, which reads each property once.
 *
 * @returns The text; `undefined` where it would lose something.
 */
export function plainText(value: unknown): string | undefined {
  if (value === undefined) return "";
  if (typeof value !== "object" || value === null) return isPlain(value) ? JSON.stringify(value) : undefined;
  const dates: string[] = [];
  if (!areParts(value, dates)) return undefined;
  return dates.length === 0 ? JSON.stringify(value) : datedText(value as Record<string, unknown>, dates);
}

/** The value of a text that `plainText()` has made. */
export function plainValue(text: string): unknown {
  if (text === "") return undefined;
  if (!text.startsWith(DATED)) return JSON.parse(text);
  const [dates, value] = JSON.parse(text.slice(DATED.length)) as [string[], Record<string, unknown>];
  for (const key of dates) value[key] = new Date(value[key] as number);
  return value;
}

/** Whether an object is plain, and all of its parts are primitive and exact, or dates, whose keys are added to `dates`. */
function areParts(value: object, dates: string[] | undefined): boolean {
  if (runtime.isProxy(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const isArray = prototype === Array.prototype && Array.isArray(value);
  if ((!isArray && prototype !== Object.prototype) || "toJSON" in value) return false;
  const keys = Reflect.ownKeys(value);
  if (keys.length > MOST) return false;
  // Of an array's keys, indices come first, then `length`, then names. There are no holes.
  if (isArray && (keys[keys.length - 1] !== "length" || keys.length - 1 !== value.length)) return false;
  for (const key of keys) {
    if (typeof key === "symbol") return false;
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property?.enumerable !== true) {
      // Of an array's own properties only `length` is not enumerable: it crosses by itself.
      if (isArray && key === "length") continue;
      return false;
    }
    // Of an accessor it is `undefined`.
    const part: unknown = property.value;
    switch (typeof part) {
      case "string":
        if (part.length > LONGEST) return false;
        break;
      case "number":
        if (!Number.isFinite(part) || (part === 0 && 1 / part < 0)) return false;
        break;
      case "boolean":
        break;
      default:
        if (part === null) break;
        if (dates === undefined || isArray || !isDate(part)) return false;
        dates.push(key);
    }
  }
  return true;
}

/** Whether a value is a valid date and nothing more. */
function isDate(value: unknown): value is Date {
  if (typeof value !== "object" || value === null || runtime.isProxy(value)) return false;
  if (Object.getPrototypeOf(value) !== Date.prototype || Reflect.ownKeys(value).length > 0) return false;
  try {
    return !Number.isNaN(getTime.call(value as Date));
  } catch {
    // It only has the prototype.
    return false;
  }
}

/** The text of an object, and which of its properties are dates; `undefined` where two are one object, which they would not be then. */
function datedText(value: Record<string, unknown>, dates: readonly string[]): string | undefined {
  if (dates.length > 1 && new Set(dates.map((key) => value[key])).size < dates.length) return undefined;
  const copy = { ...value };
  for (const key of dates) copy[key] = getTime.call(value[key] as Date);
  return DATED + JSON.stringify([dates, copy]);
}
