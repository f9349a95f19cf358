/**
 * Lists of objects of one class, which cross alive: their own data in columns, as those of rows do.
 *
 * @module
 */

import { malformed } from "../wire/byte_reader.ts";
import { classText, readClass } from "../wire/class_description.ts";
import { isClassed, type Reader, type Writer } from "../wire/codec.ts";
import { areInOrder, readColumn, writeColumn } from "../wire/columns.ts";
import { kindOf } from "../wire/kinds.ts";
import { property } from "../wire/refusal.ts";
import { isData, type Row, rowsOf } from "../wire/rows.ts";
import { isLendable, isThenable } from "./lending.ts";
import { makeLives } from "./live_making.ts";
import { type LiveObject, liveOf } from "./live_object.ts";
import type { ReferenceTable, Scope } from "./reference_table.ts";

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

/** The number of each object of a list: they follow each other, or stand one by one. */
type Numbers = ReturnType<ReferenceTable["keepAll"]>;

export function numberAt(numbers: Numbers, index: number): number {
  return "base" in numbers ? numbers.base + index : (numbers.ids[index] as number);
}

/** Writes a list whose objects are kept under those numbers. */
export function writeList(
  list: readonly object[],
  numbers: Numbers,
  { keys, columns }: OwnColumns,
  writer: Writer,
): void {
  writer.uint(list.length);
  writer.string(classText(list[0] as object));
  writer.uint("base" in numbers ? numbers.base : 0);
  if ("ids" in numbers) writer.integers(numbers.ids);
  writer.shape(keys, false);
  for (let i = 0; i < columns.length; i++) {
    const step = property(keys[i] as string);
    writeColumn(columns[i] as unknown[], writer, (row, holder) => step(`${holder}[${row}]`));
  }
}

/** Reads what `writeList()` wrote: live objects, those that have come before as they are. */
export function readList(reader: Reader, references: ReferenceTable, scope: Scope | undefined): object[] {
  const list: object[] = [];
  reader.early(list);
  const count = reader.count();
  const description = readClass(reader.string());
  const base = reader.uint();
  const ids = base > 0 ? undefined : reader.integers(count);
  const { keys } = reader.shape();
  if (keys.includes("__proto__") || count * keys.length > reader.left) throw malformed("its rows are none");
  const kind = rowsOf(keys, count);
  const rows = kind.make(count);
  const known: [LiveObject, Row][] = [];
  // Before their data: those may refer to them.
  if (scope === undefined || scope.ended) for (const row of rows) list.push(reader.keep(row));
  else {
    const idOf = ids === undefined ? (i: number) => base + i : (i: number) => ids[i] as number;
    const made = makeLives(rows, scope, references.importing.live, description, idOf);
    if (ids === undefined) references.importAll(base, made, scope);
    for (let i = 0; i < count; i++) {
      const proxy = made[i] as object;
      const object = ids === undefined ? proxy : references.import(ids[i] as number, scope, () => proxy);
      list.push(reader.keep(object));
      const before = object === proxy ? undefined : liveOf(object);
      if (before !== undefined) known.push([before, rows[i] as Row]);
    }
  }
  for (let i = 0; i < keys.length; i++) kind.fill(rows, i, readColumn(count, reader));
  for (const [live, row] of known) live.takeRow(row);
  return list;
}
