/**
 * What is done to many objects of the same keys: made, filled and read column by column.
 *
 * @module
 */

import { element, located, property } from "./refusal.ts";
import type { Writer } from "./writer.ts";

export type Row = Record<string, unknown>;

/** The objects that have certain keys, in their order. */
export interface Rows {
  /** Makes `count` objects with all keys, the values still undefined. */
  make(count: number): Row[];
  /** Sets the values of the key number `column`, one for each row. */
  fill(rows: readonly Row[], column: number, values: readonly unknown[]): void;
  /** Reads all values, row by row: an array for each key. */
  gather(rows: readonly Row[]): unknown[][];
}

/** After so many rows, code for their very keys is compiled: it takes a third of the time, and some 50 µs to compile. */
const WORTHWHILE = 500;
/** Objects with more keys are no rows of anything. */
const MOST_KEYS = 200;
/** A program has so many kinds of rows, not more; one that makes up keys as it runs has no use for them again. */
const MOST_KINDS = 500;

interface Known {
  rows: Rows;
  seen: number;
}

const known = new Map<string, Known>();

/** What is done to `count` objects of these keys. None of the keys may be `__proto__`. */
export function rowsOf(keys: readonly string[], count: number): Rows {
  const name = JSON.stringify(keys);
  let kind = known.get(name);
  if (kind === undefined) {
    if (known.size >= MOST_KINDS) known.clear();
    kind = { rows: new AnyRows([...keys]), seen: 0 };
    known.set(name, kind);
  }
  if (kind.seen < WORTHWHILE) {
    kind.seen += count;
    if (kind.seen >= WORTHWHILE && keys.length <= MOST_KEYS) kind.rows = compile(keys) ?? kind.rows;
  }
  return kind.rows;
}

/**
 * The keys that all of these plain objects have, in the same order; `undefined` where that is not so. What is computed by
 * accessors is no row, nor what has properties besides. Calls no accessor.
 */
export function keysOfAll(objects: readonly unknown[], writer: Writer): readonly string[] | undefined {
  const [first] = objects;
  if (!isOrdinary(first)) return undefined;
  const keys = Object.keys(first);
  if (keys.length === 0 || keys.includes("then") || keys.includes("__proto__")) return undefined;
  if (keys.some((key) => !isData(first, key))) return undefined;
  // `for in` is the fastest to look, but would also see what somebody has put there.
  if (Object.keys(Object.prototype).length > 0) return undefined;
  for (let i = 1; i < objects.length; i++) {
    const object = objects[i];
    if (!isOrdinary(object)) return undefined;
    let n = 0;
    for (const key in object) if (key !== keys[n++]) return undefined;
    if (n !== keys.length || writer.search.finds(object, n)) return undefined;
  }
  return writer.search.finds(first, keys.length) ? undefined : keys;
}

function isOrdinary(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether a property is a value, and computed by nothing. */
export function isData(object: object, key: string): boolean {
  const property = Object.getOwnPropertyDescriptor(object, key);
  return property !== undefined && "value" in property;
}

const OWN: PropertyDescriptor = { value: undefined, writable: true, enumerable: true, configurable: true };

class AnyRows implements Rows {
  readonly #keys: readonly string[];

  constructor(keys: readonly string[]) {
    this.#keys = keys;
  }

  make(count: number): Row[] {
    const rows: Row[] = new Array(count);
    for (let i = 0; i < count; i++) {
      const row: Row = {};
      for (const key of this.#keys) {
        // What the prototype has may be read-only there.
        if (key in row) Object.defineProperty(row, key, OWN);
        else row[key] = undefined;
      }
      rows[i] = row;
    }
    return rows;
  }

  fill(rows: readonly Row[], column: number, values: readonly unknown[]): void {
    const key = this.#keys[column] as string;
    for (let i = 0; i < rows.length; i++) (rows[i] as Row)[key] = values[i];
  }

  gather(rows: readonly Row[]): unknown[][] {
    const columns: unknown[][] = this.#keys.map(() => []);
    let at = 0;
    let i = 0;
    try {
      for (; at < rows.length; at++) {
        for (i = 0; i < columns.length; i++) columns[i]?.push(rows[at]?.[this.#keys[i] as string]);
      }
    } catch (error) {
      throw located(located(error, property(this.#keys[i] as string)), element(at));
    }
    return columns;
  }
}

const locatedAt = (error: unknown, row: number): unknown => located(error, element(row));

/** Code that names the keys; none where the runtime compiles no strings. */
function compile(keys: readonly string[]): Rows | undefined {
  const names = keys.map((key) => JSON.stringify(key));
  const lines = [
    '"use strict";',
    `const fills = [${names.map((name) => `(rows, values) => { for (let i = 0; i < rows.length; i++) rows[i][${name}] = values[i]; }`).join(", ")}];`,
    "return {",
    "  make(count) {",
    "    const rows = new Array(count);",
    `    for (let i = 0; i < count; i++) rows[i] = { ${names.map((name) => `${name}: undefined`).join(", ")} };`,
    "    return rows;",
    "  },",
    "  fill(rows, column, values) { fills[column](rows, values); },",
    "  gather(rows) {",
    `    ${names.map((_, i) => `const c${i} = new Array(rows.length);`).join(" ")}`,
    "    let i = 0;",
    "    try {",
    "      for (; i < rows.length; i++) {",
    "        const row = rows[i];",
    `        ${names.map((name, i) => `c${i}[i] = row[${name}];`).join(" ")}`,
    "      }",
    "    } catch (error) { throw located(error, i); }",
    `    return [${names.map((_, i) => `c${i}`).join(", ")}];`,
    "  },",
    "};",
  ];
  try {
    const make = new Function("located", lines.join("\n")) as (at: typeof locatedAt) => Rows;
    return make(locatedAt);
  } catch {
    // The program forbids it, as `--disallow-code-generation-from-strings` does.
    return undefined;
  }
}
