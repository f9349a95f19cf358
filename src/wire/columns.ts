/**
 * Many values of one kind, written together: the columns of rows, and arrays.
 *
 * @module
 */

import { malformed } from "./byte_reader.ts";
import type { Reader } from "./reader.ts";
import { located } from "./refusal.ts";
import * as tag from "./tags.ts";
import { isBrief } from "./texts.ts";
import type { Writer } from "./writer.ts";

/** One kind of column. */
interface Kind<T> {
  /** What is to be written where all of the values are of this kind, which may number them; else `undefined`. */
  take(values: readonly unknown[], writer: Writer): readonly T[] | undefined;
  write(values: readonly T[], writer: Writer): void;
  read(count: number, reader: Reader): unknown[];
}

const integers: Kind<number> = {
  take(values) {
    for (let i = 0; i < values.length; i++) {
      const n = values[i];
      if (typeof n !== "number" || (n | 0) !== n || (n === 0 && 1 / n < 0)) return undefined;
    }
    return values as readonly number[];
  },
  write: (values, writer) => writer.integers(values),
  read: (count, reader) => listed(reader.integers(count)),
};

const floats: Kind<number> = {
  take: (values) => (areAll("number", values) ? (values as readonly number[]) : undefined),
  write: (values, writer) => writer.floats(values),
  read: (count, reader) => listed(reader.floats(count)),
};

const booleans: Kind<boolean> = {
  take: (values) => (areAll("boolean", values) ? (values as readonly boolean[]) : undefined),
  write(values, writer) {
    for (let i = 0; i < values.length; i++) writer.byte(values[i] ? tag.TRUE : tag.FALSE);
  },
  read(count, reader) {
    const values: boolean[] = new Array(count);
    for (let i = 0; i < count; i++) values[i] = reader.byte() === tag.TRUE;
    return values;
  },
};

const strings: Kind<string> = {
  take(values) {
    for (let i = 0; i < values.length; i++) {
      const s = values[i];
      if (typeof s !== "string" || !isBrief(s)) return undefined;
    }
    return values as readonly string[];
  },
  write(values, writer) {
    for (let i = 0; i < values.length; i++) writer.together(values[i] as string);
  },
  read(count, reader) {
    const values: string[] = new Array(count);
    for (let i = 0; i < count; i++) values[i] = reader.text();
    return values;
  },
};

const { getTime } = Date.prototype;

const dates: Kind<number> = {
  take(values, writer) {
    const times: number[] = new Array(values.length);
    for (let i = 0; i < values.length; i++) {
      const date = values[i];
      if (typeof date !== "object" || date === null) return undefined;
      if (Object.getPrototypeOf(date) !== Date.prototype) return undefined;
    }
    try {
      for (let i = 0; i < values.length; i++) times[i] = getTime.call(values[i] as Date);
    } catch {
      // Something is no date, though it looks like one.
      return undefined;
    }
    return writer.numberAll(values as readonly Date[], Date.prototype, areInOrder(times)) ? times : undefined;
  },
  write: (times, writer) => writer.floats(times),
  read(count, reader) {
    const times = reader.floats(count);
    const values: Date[] = new Array(count);
    for (let i = 0; i < count; i++) values[i] = reader.keep(new Date(times[i] as number));
    return values;
  },
};

function listed(numbers: Int32Array | Float64Array): number[] {
  const values: number[] = new Array(numbers.length);
  for (let i = 0; i < values.length; i++) values[i] = numbers[i] as number;
  return values;
}

function areAll(type: string, values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) if (typeof values[i] !== type) return false;
  return true;
}

/** Whether these are numbers that grow from each to the next: then none of what they stand for stands twice. */
export function areInOrder(values: readonly unknown[]): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== "number" || (i > 0 && (values[i - 1] as number) >= value) || Number.isNaN(value))
      return false;
  }
  return true;
}

/** The place in this list is the kind on the wire. */
const KINDS: readonly Kind<unknown>[] = [integers, floats, booleans, strings, dates];
/** Values of any kind, each written by itself. */
const ANY = 0x10;
/** A byte for each value, zero where it is null; then the column of the others. */
const NULLABLE = 0x11;

/** Writes values of any kind. `pathOf` makes the path of one of them, for a refusal, of that of what holds them. */
export function writeColumn(
  values: readonly unknown[],
  writer: Writer,
  pathOf: (index: number, holder: string) => string,
): void {
  if (writeUniform(values, writer)) return;
  writer.byte(ANY);
  let i = 0;
  try {
    for (; i < values.length; i++) writer.write(values[i]);
  } catch (error) {
    throw located(error, (holder) => pathOf(i, holder));
  }
}

/** Writes values where they are of one kind, apart from nulls. Else it writes nothing. */
export function writeUniform(values: readonly unknown[], writer: Writer): boolean {
  const isNullable = values.includes(null);
  const present = isNullable ? values.filter((value) => value !== null) : values;
  for (let n = 0; n < KINDS.length; n++) {
    const kind = KINDS[n] as Kind<unknown>;
    const taken = kind.take(present, writer);
    if (taken === undefined) continue;
    if (isNullable) {
      writer.byte(NULLABLE);
      for (let i = 0; i < values.length; i++) writer.byte(values[i] === null ? 0 : 1);
    }
    writer.byte(n);
    kind.write(taken, writer);
    return true;
  }
  return false;
}

/** Reads so many values, as they were written. */
export function readColumn(count: number, reader: Reader): unknown[] {
  const n = reader.byte();
  if (n === ANY) {
    const values: unknown[] = new Array(count);
    for (let i = 0; i < count; i++) values[i] = reader.value();
    return values;
  }
  if (n === NULLABLE) {
    const isThere: boolean[] = [];
    for (let i = 0; i < count; i++) isThere.push(reader.byte() !== 0);
    const present = readColumn(isThere.filter(Boolean).length, reader);
    let next = 0;
    return isThere.map((there) => (there ? present[next++] : null));
  }
  const kind = KINDS[n];
  if (kind === undefined) throw malformed(`there is no kind of column ${n}`);
  return kind.read(count, reader);
}
