/**
 * Rows as the server sent them, read when they are looked at.
 *
 * @module
 */

import { type Column, readColumns } from "./columns.ts";
import { asText, type CustomParsers, int32, type ReadValue, valueReader } from "./read_value.ts";
import type { RowBytes } from "./row_bytes.ts";
import { BOOL, INT4 } from "./types.ts";

/** A row by the names of its columns. */
export type Row = Record<string, unknown>;

/** What a row begins with: the kind of the message, its length, and the number of columns. */
const HEADER = 7;

/** The columns whose values are read without a call of their own. */
const INT4_COLUMN = 1;
const TEXT_COLUMN = 2;
const BOOL_COLUMN = 3;
const OTHER_COLUMN = 0;

/** What reads rows of certain columns. */
export class RowReader {
  /** The names of the columns. */
  readonly names: readonly string[];
  readonly #kinds: readonly number[];
  readonly #readers: readonly ReadValue[];
  /** Whether a name cannot be set like others. */
  readonly #isSpecial: boolean;
  /** A name that several columns have. */
  readonly #shared: string | undefined;

  /**
   * @param columns The columns.
   * @param custom The types of the caller's own.
   */
  constructor(columns: readonly Column[], custom: CustomParsers) {
    this.names = columns.map(({ name }) => name);
    this.#readers = columns.map((column) => valueReader(column, custom));
    this.#kinds = columns.map(({ type: { oid }, isBinary }, i) => {
      if (this.#readers[i] === asText) return TEXT_COLUMN;
      return isBinary ? (INLINE_KINDS[oid] ?? OTHER_COLUMN) : OTHER_COLUMN;
    });
    this.#isSpecial = this.names.includes("__proto__");
    this.#shared = this.names.find((name, i) => this.names.indexOf(name) < i);
  }

  /**
   * Reads a row.
   *
   * @param text Where it stands.
   * @param at Where it begins.
   * @throws {TypeError} When several columns have one name: the row could hold but one of them.
   */
  row(text: RowBytes, at: number): Row {
    if (this.#shared !== undefined) throw sharedName(this.#shared);
    const row: Row = {};
    this.#read(text, at, this.names.length, row);
    return row;
  }

  /** Reads the first column of a row; `undefined` where there are no columns. */
  scalar(text: RowBytes, at: number): unknown {
    return this.names.length === 0 ? undefined : this.#read(text, at, 1, undefined);
  }

  /** Reads the first columns, into a row where there is one. Returns the value of the last: in one function, for speed. */
  #read(text: RowBytes, at: number, count: number, row: Row | undefined): unknown {
    const { names } = this;
    const { bytes } = text;
    let start = at + HEADER;
    let value: unknown;
    let i = 0;
    try {
      for (; i < count; i++) {
        const length =
          ((bytes[start] as number) << 24) |
          ((bytes[start + 1] as number) << 16) |
          ((bytes[start + 2] as number) << 8) |
          (bytes[start + 3] as number);
        start += 4;
        if (length < 0) value = null;
        else {
          switch (this.#kinds[i]) {
            case INT4_COLUMN:
              value =
                ((bytes[start] as number) << 24) |
                ((bytes[start + 1] as number) << 16) |
                ((bytes[start + 2] as number) << 8) |
                (bytes[start + 3] as number);
              break;
            case TEXT_COLUMN:
              value = text.slice(start, start + length);
              break;
            case BOOL_COLUMN:
              value = bytes[start] === 1;
              break;
            default:
              value = (this.#readers[i] as ReadValue)(text, start, start + length);
          }
          start += length;
        }
        if (row === undefined) continue;
        if (this.#isSpecial) define(row, names[i] as string, value);
        else row[names[i] as string] = value;
      }
    } catch (error) {
      throw new Error(`read column ${names[i]}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
    return value;
  }
}

function sharedName(name: string): TypeError {
  return new TypeError(
    `read a row: several of its columns are called "${name}", and it could hold but one of them; name them apart by "as"`,
  );
}

const INLINE_KINDS: Readonly<Record<number, number>> = { [INT4]: INT4_COLUMN, [BOOL]: BOOL_COLUMN };

/** Where the row ends that begins at `at`. */
export function endOfRow(bytes: Uint8Array, at: number): number {
  return at + 1 + int32(bytes, at + 1);
}

function define(row: Row, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true });
}

/** How many sets of columns are remembered. */
const MOST = 1000;

/** The row readers that are at hand, for one set of custom types. */
export class RowReaders {
  readonly #custom: CustomParsers;
  /** By the number of the columns, for each thread that numbers them. */
  readonly #threads = new Map<number, Map<number, RowReader>>();
  #thread = 0;
  #readers = new Map<number, RowReader>();

  constructor(custom: CustomParsers = new Map()) {
    this.#custom = custom;
  }

  /**
   * What reads rows of columns.
   *
   * @param thread The thread that numbers the columns.
   * @param number Their number.
   * @param columns Gives the columns themselves, as `writeColumns()` writes them.
   */
  of(thread: number, number: number, columns: () => string): RowReader {
    if (thread !== this.#thread) this.#turnTo(thread);
    let reader = this.#readers.get(number);
    if (reader === undefined) {
      // Columns are as many as there are queries in a program; one that writes ever new ones does not fill memory.
      if (this.#readers.size >= MOST) this.#readers.clear();
      reader = new RowReader(readColumns(columns()), this.#custom);
      this.#readers.set(number, reader);
    }
    return reader;
  }

  #turnTo(thread: number): void {
    this.#thread = thread;
    this.#readers = this.#threads.get(thread) ?? new Map();
    this.#threads.set(thread, this.#readers);
  }
}

/** Reads rows where there are no types of the caller's own. */
export const plainRows: RowReaders = new RowReaders();
