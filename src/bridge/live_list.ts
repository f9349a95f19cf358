/**
 * Lists of objects of one class, which cross alive: their own data in columns, as those of rows do.
 *
 * @module
 */

import { malformed } from "../wire/byte_reader.ts";
import { isClassed, type Reader, type Writer } from "../wire/codec.ts";
import { areInOrder, readColumn, writeColumn } from "../wire/columns.ts";
import { kindOf } from "../wire/kinds.ts";
import { property } from "../wire/refusal.ts";
import { isData, type Row, rowsOf } from "../wire/rows.ts";
import { isLendable, isThenable } from "./lending.ts";

/** The own data of a list's objects: each key, and its values. */
export interface OwnColumns {
  readonly keys: readonly string[];
  readonly columns: readonly (readonly unknown[])[];
  /** Whether there is nothing in them but what can always be copied. */
  readonly arePrimitive: boolean;
}

/**
 * The own data of objects of one class that have the same properties, and nothing else; `undefined` where that is not so. Each property is
 * read once, also where this gives `undefined` since a function is among them.
 */
export function ownColumns(objects: readonly unknown[]): OwnColumns | undefined {
  const [first] = objects as readonly object[];
  if (first === undefined || Array.isArray(first)) return undefined;
  const prototype = Object.getPrototypeOf(first) as object;
  if (isClassed(prototype) || kindOf(first) !== "refused") return undefined;
  if (isThenable(first) || !isLendable(first)) return undefined;
  for (const _ in prototype) return undefined;
  const keys = Object.keys(first);
  if (keys.length === 0 || keys.includes("then") || keys.includes("__proto__")) return undefined;
  if (!keys.every((key) => isData(first, key))) return undefined;
  for (let i = 0; i < objects.length; i++) if (!hasJust(keys, objects[i], prototype)) return undefined;
  const columns = rowsOf(keys, objects.length).gather(objects as Row[]);
  let arePrimitive = true;
  for (const column of columns) {
    for (let i = 0; i < column.length; i++) {
      const value = column[i];
      if (typeof value === "function" || typeof value === "symbol") return undefined;
      if (typeof value === "object" && value !== null) arePrimitive = false;
    }
  }
  return { keys, columns, arePrimitive };
}

/** Whether an object has that prototype, and those keys and no other property. */
function hasJust(keys: readonly string[], object: unknown, prototype: object): boolean {
  if (typeof object !== "object" || object === null || Object.getPrototypeOf(object) !== prototype)
    return false;
  let n = 0;
  for (const key in object) if (key !== keys[n++]) return false;
  return (
    n === keys.length &&
    Object.getOwnPropertyNames(object).length === n &&
    Object.getOwnPropertySymbols(object).length === 0
  );
}

/** Whether some column shows that no object stands twice. */
export function areDistinct({ columns }: OwnColumns): boolean {
  return columns.some(areInOrder);
}

/** Writes what `readColumns()` reads. */
export function writeColumns({ keys, columns }: OwnColumns, writer: Writer): void {
  writer.shape(keys, false);
  for (let i = 0; i < columns.length; i++) {
    const step = property(keys[i] as string);
    writeColumn(columns[i] as unknown[], writer, (row, holder) => step(`${holder}[${row}]`));
  }
}

/**
 * Reads the own data of `count` objects.
 *
 * @param begin Called with what will have them, before any is read: they may refer to the objects.
 */
export function readColumns(count: number, reader: Reader, begin: (rows: Row[]) => void): void {
  const { keys } = reader.shape();
  if (keys.includes("__proto__") || count * keys.length > reader.left) throw malformed("its rows are none");
  const kind = rowsOf(keys, count);
  const rows = kind.make(count);
  begin(rows);
  for (let i = 0; i < keys.length; i++) kind.fill(rows, i, readColumn(count, reader));
}
