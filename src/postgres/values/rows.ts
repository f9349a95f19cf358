/**
 * Rows as the server sent them, read when they are looked at.
 *
 * @module
 */

import { type Column, readColumns } from "./columns.ts";
import { type CustomParsers, int32, type ReadValue, valueReader } from "./read_value.ts";
import type { Text } from "./text.ts";

/** A row by the names of its columns. */
export type Row = Record<string, unknown>;

/** What a row begins with: the kind of the message, its length, and the number of columns. */
const HEADER = 7;

/** What reads rows of certain columns. */
export class RowReader {
  /** The names of the columns. */
  readonly names: readonly string[];
  readonly #readers: readonly ReadValue[];
  /** Whether a name cannot be set like others. */
  readonly #isSpecial: boolean;

  /**
   * @param columns The columns.
   * @param custom The types of the caller's own.
   */
  constructor(columns: readonly Column[], custom: CustomParsers) {
    this.names = columns.map(({ name }) => name);
    this.#readers = columns.map((column) => valueReader(column, custom));
    this.#isSpecial = this.names.includes("__proto__");
  }

  /**
   * Reads a row.
   *
   * @param text Where it stands.
   * @param at Where it begins.
   */
  row(text: Text, at: number): Row {
    const { names } = this;
    const row: Row = {};
    let start = at + HEADER;
    for (let i = 0; i < names.length; i++) {
      const length = int32(text.bytes, start);
      start += 4;
      const value = length < 0 ? null : this.#value(i, text, start, start + length);
      if (length > 0) start += length;
      if (this.#isSpecial) define(row, names[i] as string, value);
      else row[names[i] as string] = value;
    }
    return row;
  }

  /** Reads the first column of a row; `undefined` where there are no columns. */
  scalar(text: Text, at: number): unknown {
    if (this.names.length === 0) return undefined;
    const start = at + HEADER + 4;
    const length = int32(text.bytes, start - 4);
    return length < 0 ? null : this.#value(0, text, start, start + length);
  }

  #value(column: number, text: Text, start: number, end: number): unknown {
    try {
      return (this.#readers[column] as ReadValue)(text, start, end);
    } catch (error) {
      const name = this.names[column];
      throw new Error(`read column ${name}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
}

/** Where the row ends that begins at `at`. */
export function endOfRow(bytes: Uint8Array, at: number): number {
  return at + 1 + int32(bytes, at + 1);
}

function define(row: Row, name: string, value: unknown): void {
  Object.defineProperty(row, name, { value, enumerable: true, writable: true, configurable: true });
}

/** The row readers that are at hand, for one set of custom types. */
export class RowReaders {
  readonly #custom: CustomParsers;
  readonly #readers = new Map<string, RowReader>();

  constructor(custom: CustomParsers = new Map()) {
    this.#custom = custom;
  }

  /** What reads rows of these columns. */
  of(columns: string): RowReader {
    let reader = this.#readers.get(columns);
    if (reader === undefined) {
      // Columns are as many as there are queries in a program; one that writes ever new ones does not fill memory.
      if (this.#readers.size >= MOST) this.#readers.clear();
      reader = new RowReader(readColumns(columns), this.#custom);
      this.#readers.set(columns, reader);
    }
    return reader;
  }
}

const MOST = 1000;

/** Reads rows where there are no types of the caller's own. */
export const plainRows: RowReaders = new RowReaders();
