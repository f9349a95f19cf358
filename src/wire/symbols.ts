/**
 * Symbols that every thread knows: those of the registry, and those that the language itself has.
 *
 * @module
 */

import { Refusal } from "./refusal.ts";
import * as tag from "./tags.ts";
import type { Writer } from "./writer.ts";

/** Writes a symbol that every thread knows. */
export function writeSymbol(value: symbol, writer: Writer): void {
  const key = Symbol.keyFor(value);
  const name = key ?? wellKnownName(value);
  if (name === undefined) throw new Refusal(value);
  writer.byte(tag.SYMBOL);
  writer.byte(key === undefined ? 1 : 0);
  writer.string(name);
}

/** Whether every thread knows a symbol. */
export function isKnownSymbol(key: symbol): boolean {
  return Symbol.keyFor(key) !== undefined || wellKnownName(key) !== undefined;
}

/** The names of the symbols that the language itself has. */
const wellKnown = new Map<symbol, string>();
for (const name of Object.getOwnPropertyNames(Symbol)) {
  const value: unknown = Reflect.get(Symbol, name);
  if (typeof value === "symbol") wellKnown.set(value, name);
}

/** The name of a symbol that the language itself has. */
export function wellKnownName(value: symbol): string | undefined {
  return wellKnown.get(value);
}
