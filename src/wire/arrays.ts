/**
 * Arrays: as columns where their elements are alike, as a list of properties where some are missing or have names.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import { malformed } from "./byte_reader.ts";
import { areInOrder, readColumn, writeColumn, writeUniform } from "./columns.ts";
import type { Reader } from "./reader.ts";
import { keysOfAll, type Row, rowsOf } from "./rows.ts";
import * as tag from "./tags.ts";
import type { Writer } from "./writer.ts";

/** From this length on it is worth looking whether the elements of an array are alike. */
const MANY = 8;

/** Writes an array. */
export function writeArray(array: readonly unknown[], writer: Writer): void {
  const { length } = array;
  if (!isDense(array)) {
    writeProperties(array, writer);
    return;
  }
  if (length >= MANY) {
    if (writeAlike(array, writer)) return;
    const keys = keysOfAll(array);
    if (keys !== undefined) {
      writer.deeper(() => writeRows(array as readonly Row[], keys, writer));
      return;
    }
  }
  writer.byte(tag.ARRAY);
  writer.uint(length);
  for (let i = 0; i < length; i++) writer.write(array[i]);
}

/** Whether an array has no holes and no named properties. */
function isDense(array: readonly unknown[]): boolean {
  // As many properties as elements, and each element there: then there is no property besides.
  if (runtime.countProperties(array) !== array.length) return false;
  for (let i = 0; i < array.length; i++) if (array[i] === undefined && !(i in array)) return false;
  return true;
}

/** Writes an array whose elements are of one kind; else nothing. */
function writeAlike(array: readonly unknown[], writer: Writer): boolean {
  const { mark } = writer;
  writer.byte(tag.COLUMN);
  writer.uint(array.length);
  if (writeUniform(array, writer)) return true;
  writer.rewind(mark);
  return false;
}

/** Writes an array of plain objects that have these keys. */
function writeRows(array: readonly Row[], keys: readonly string[], writer: Writer): void {
  // A copy, because an accessor may change the array. From here on nothing is read a second time.
  const rows = [...array];
  const columns = rowsOf(keys, rows.length).gather(rows);
  if (writer.numberAll(rows, Object.prototype, columns.some(areInOrder))) {
    writer.byte(tag.ROWS);
    writer.uint(rows.length);
    writer.shape(keys, false);
    for (const values of columns) writeColumn(values, writer);
    return;
  }
  writer.byte(tag.ARRAY);
  writer.uint(rows.length);
  for (let i = 0; i < rows.length; i++) {
    if (writer.isKnown(rows[i] as Row)) continue;
    writer.shape(keys, false);
    for (const values of columns) writer.write(values[i]);
  }
}

function writeProperties(array: readonly unknown[], writer: Writer): void {
  const keys = Object.keys(array);
  writer.byte(tag.LOOSE_ARRAY);
  writer.uint(array.length);
  writer.uint(keys.length);
  for (const key of keys) {
    const index = Number(key);
    writer.write(String(index) === key ? index : key);
    writer.write(Reflect.get(array, key));
  }
}

/** Reads what follows tag.ARRAY. */
export function readArray(reader: Reader): unknown[] {
  const array: unknown[] = reader.keep([]);
  for (let count = reader.count(); count > 0; count--) array.push(reader.value());
  return array;
}

/** Reads what follows tag.COLUMN. */
export function readAlike(reader: Reader): unknown[] {
  const array: unknown[] = reader.keep([]);
  for (const value of readColumn(reader.count(), reader)) array.push(value);
  return array;
}

/** Reads what follows tag.ROWS. */
export function readRows(reader: Reader): Row[] {
  const array: Row[] = reader.keep([]);
  const count = reader.count();
  const { keys, isHarmful } = reader.shape();
  if (isHarmful || count * keys.length > reader.left) throw malformed("its rows are none");
  const rows = rowsOf(keys, count);
  for (const row of rows.make(count)) array.push(reader.keep(row));
  for (let i = 0; i < keys.length; i++) rows.fill(array, i, readColumn(count, reader));
  return array;
}

/** Reads what follows tag.LOOSE_ARRAY. */
export function readProperties(reader: Reader): unknown[] {
  const array: unknown[] = reader.keep([]);
  array.length = reader.uint();
  for (let count = reader.count(); count > 0; count--) {
    const key = String(reader.value());
    const value = reader.value();
    Object.defineProperty(array, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return array;
}
