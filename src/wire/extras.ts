/**
 * What an object has besides that which its kind implies: symbols for keys, properties that are not enumerable, and the named ones of
 * maps, dates and the like.
 *
 * @module
 */

import { builtInTag } from "./built_in_tag.ts";
import type { Reader } from "./reader.ts";
import { located, property, Refusal } from "./refusal.ts";
import { isKnownSymbol } from "./symbols.ts";
import * as tag from "./tags.ts";
import type { Writer } from "./writer.ts";

/** A property as it stands on its object. */
export interface Extra {
  readonly key: string | symbol;
  readonly isEnumerable: boolean;
  readonly value: unknown;
  /** Why it could not be read, where it is hidden: who asks for it there is told so. */
  readonly refusal?: unknown;
}

const HIDDEN = 0;
const ENUMERABLE = 1;
/** The property could not be copied: the reason, for who reads it, stands in its place. */
const REFUSED = 2;

/**
 * So many objects of a message are searched. To search costs as much as to write a small object, and a message with more objects holds
 * data, which has nothing besides.
 */
const SEARCHED = 128;

/** Searches the objects of a message, the first ones of many. */
export class ExtrasSearch {
  /** How many more objects are searched. */
  #left = SEARCHED;

  /** A message begins. */
  begin(): void {
    this.#left = SEARCHED;
  }

  /** Whether an object has more than so many properties that are strings and enumerable, as far as it is still searched. */
  finds(object: object, count: number): boolean {
    if (this.#left > 0) this.#left--;
    // Where there is nothing else to be seen, what is hidden may be all that matters.
    else if (count > 0) return false;
    return (
      Object.getOwnPropertyNames(object).length !== count || Object.getOwnPropertySymbols(object).length > 0
    );
  }

  /** Whether to search an array for properties besides its elements: the names of a long one take longer than to write it. */
  covers(array: readonly unknown[]): boolean {
    const { length } = array;
    if (length > SEARCHED) return Object.getOwnPropertySymbols(array).length > 0;
    if (length >= this.#left) return false;
    this.#left -= length + 1;
    return true;
  }
}

/**
 * Reads what an object has besides `count` names, and announces it to the reader. Names that are enumerable and not numbers
 * of elements are left to the object's kind, where that writes them.
 */
export function extrasOf(object: object, count: number, writer: Writer): readonly Extra[] | undefined {
  const names = Object.getOwnPropertyNames(object);
  const symbols = Object.getOwnPropertySymbols(object);
  const isArray = Array.isArray(object);
  // An array with a hole has a name less; its length stands before all names but those of elements.
  const isBare = isArray ? names.at(-1) === "length" : names.length === count;
  if (isBare && symbols.length === 0) return undefined;
  const writesNames = isArray || isPlain(object);
  const extras: Extra[] = [];
  for (const key of [...names, ...symbols]) {
    if (key === "length" && isArray) continue;
    const found = Object.getOwnPropertyDescriptor(object, key);
    if (found === undefined || isImplied(object, key)) continue;
    if (found.enumerable === true && typeof key === "string" && writesNames) continue;
    if (typeof key === "symbol" && !isKnownSymbol(key)) {
      // Nobody there could ask for it. One that can be seen may be meant for whoever takes the object.
      if (found.enumerable === true) throw new Refusal(key).under(property(key));
      continue;
    }
    try {
      const value = writer.reads.get<unknown>(object, key, () => Reflect.get(object, key));
      extras.push({ key, isEnumerable: found.enumerable === true, value });
    } catch (error) {
      const refusal = located(error, property(key));
      if (found.enumerable === true) throw refusal;
      extras.push({ key, isEnumerable: false, value: undefined, refusal });
    }
  }
  if (extras.length === 0) return undefined;
  writer.byte(tag.EXTENDED);
  return extras;
}

/** Writes what `extrasOf()` gave, after the object. */
export function writeExtras(extras: readonly Extra[] | undefined, writer: Writer): void {
  if (extras === undefined) return;
  writer.uint(extras.length);
  for (const { key, isEnumerable, value, refusal } of extras) {
    if (refusal !== undefined) writeExtra(REFUSED, key, reasonOf(refusal), writer);
    else if (isEnumerable) {
      try {
        writeExtra(ENUMERABLE, key, value, writer);
      } catch (error) {
        throw located(error, property(key));
      }
    } else if (!writer.attempt(() => writeExtra(HIDDEN, key, value, writer))) {
      writeExtra(REFUSED, key, new Refusal(value).under(property(key)).explain("value").message, writer);
    }
  }
}

/** What a refusal says. */
function reasonOf(refusal: unknown): string {
  if (refusal instanceof Refusal) return refusal.explain("value").message;
  return refusal instanceof Error ? refusal.message : String(refusal);
}

function writeExtra(flags: number, key: string | symbol, value: unknown, writer: Writer): void {
  writer.byte(flags);
  writer.write(key);
  writer.write(value);
}

/** Reads what follows tag.EXTENDED. */
export function readExtended(reader: Reader): unknown {
  const object = reader.value() as object;
  for (let count = reader.count(); count > 0; count--) {
    const flags = reader.byte();
    const key = reader.value() as string | symbol;
    const value = reader.value();
    const common = { enumerable: flags === ENUMERABLE, configurable: true };
    if (key === "lastIndex" && object instanceof RegExp) object.lastIndex = value as number;
    else if (flags !== REFUSED) Object.defineProperty(object, key, { ...common, value, writable: true });
    else {
      const get = (): never => {
        throw new TypeError(String(value));
      };
      Object.defineProperty(object, key, { ...common, get });
    }
  }
  return object;
}

function isPlain(object: object): boolean {
  const tag = builtInTag(object);
  return tag === "[object Object]" || tag === "[object Arguments]" || tag === "[object Module]";
}

/** Whether an object has the property by what it is. */
function isImplied(object: object, key: string | symbol): boolean {
  const kind = builtInTag(object);
  if (key === "lastIndex") return kind === "[object RegExp]" && Reflect.get(object, key) === 0;
  if (kind === "[object String]") return key === "length" || /^\d+$/.test(String(key));
  if (kind === "[object Arguments]") {
    return key === "length" || key === "callee" || key === Symbol.iterator;
  }
  return key === Symbol.toStringTag && kind === "[object Module]";
}
