/**
 * Arrays: as columns where their elements are alike, as a list of properties where some are missing or have names.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import { malformed } from "./byte_reader.ts";
import { areInOrder, readColumn, writeColumn, writeUniform } from "./columns.ts";
import type { Reader } from "./reader.ts";
import { element, located, property, type Step } from "./refusal.ts";
import { isData, keysOfAll, type Row, rowsOf } from "./rows.ts";
import * as tag from "./tags.ts";
import type { Writer } from "./writer.ts";

/** From this length on it is worth looking whether the elements of an array are alike. */
const MANY = 8;

/** Stands for all elements of an array. */
const ELEMENTS = Symbol("elements");

/** Writes an array. Each of its elements is read once. */
export function writeArray(array: readonly unknown[], writer: Writer): void {
  const { length } = array;
  const values = writer.reads.get(array, ELEMENTS, () => valuesOf(array));
  if (values.length !== length || hasHoles(array)) {
    writeProperties(array, values, writer);
    return;
  }
  if (length >= MANY) {
    if (writeAlike(values, writer)) return;
    if (isClassInstance(values[0]) && writer.extension.writeList?.(values, writer) === true) return;
    // What has been read of the elements would be read again.
    const keys = writer.reads.isOn ? undefined : keysOfAll(values, writer);
    if (keys !== undefined) {
      writer.deeper(() => writeRows(values as readonly Row[], keys, writer));
      return;
    }
  }
  writer.byte(tag.ARRAY);
  writer.uint(length);
  let i = 0;
  try {
    for (; i < length; i++) writer.write(values[i]);
  } catch (error) {
    throw located(error, element(i));
  }
}

function isClassInstance(value: unknown): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== Object.prototype && prototype !== null && prototype !== Date.prototype;
}

function valuesOf(array: readonly unknown[]): readonly unknown[] {
  try {
    return runtime.valuesOf(array);
  } catch (error) {
    // Nothing tells which accessor it was, most likely the first.
    const key = Object.keys(array).find((name) => !isData(array, name));
    if (key === undefined) throw error;
    throw located(error, stepTo(key));
  }
}

/** The step to an array's element, or its property with a name. */
function stepTo(key: string): Step {
  return isIndex(key) ? element(Number(key)) : property(key);
}

const isIndex = (key: string): boolean => String(Number(key)) === key;

function hasHoles(array: readonly unknown[]): boolean {
  for (let i = 0; i < array.length; i++) if (!(i in array)) return true;
  return false;
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

/** Writes an array of plain objects that have these keys. From here on nothing is read a second time. */
function writeRows(rows: readonly Row[], keys: readonly string[], writer: Writer): void {
  const columns = rowsOf(keys, rows.length).gather(rows);
  if (writer.numberAll(rows, Object.prototype, columns.some(areInOrder))) {
    writer.byte(tag.ROWS);
    writer.uint(rows.length);
    writer.shape(keys, false);
    for (let i = 0; i < columns.length; i++) {
      const step = property(keys[i] as string);
      writeColumn(columns[i] as unknown[], writer, (row, holder) => step(`${holder}[${row}]`));
    }
    return;
  }
  writer.byte(tag.ARRAY);
  writer.uint(rows.length);
  for (let i = 0; i < rows.length; i++) {
    if (writer.isKnown(rows[i] as Row)) continue;
    writer.shape(keys, false);
    let column = 0;
    try {
      for (; column < columns.length; column++) writer.write(columns[column]?.[i]);
    } catch (error) {
      throw located(located(error, property(keys[column] as string)), element(i));
    }
  }
}

function writeProperties(array: readonly unknown[], values: readonly unknown[], writer: Writer): void {
  // In the order of the values.
  const keys = Object.keys(array);
  const count = Math.min(keys.length, values.length);
  writer.byte(tag.LOOSE_ARRAY);
  writer.uint(array.length);
  writer.uint(count);
  for (let i = 0; i < count; i++) {
    const key = keys[i] as string;
    try {
      writer.write(isIndex(key) ? Number(key) : key);
      writer.write(values[i]);
    } catch (error) {
      throw located(error, stepTo(key));
    }
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
  const { keys } = reader.shape();
  if (keys.includes("__proto__") || count * keys.length > reader.left) throw malformed("its rows are none");
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
