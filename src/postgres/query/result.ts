/**
 * What a query gives back.
 *
 * @module
 */

import { RowBytes } from "../types/row_bytes.ts";
import { endOfRow, plainRows, type Row, type RowReader, type RowReaders } from "../types/rows.ts";
import { checkCount } from "./one_row.ts";
import {
  columnsIn,
  columnsNumberOf,
  type PackedResult,
  rowCountOf,
  rowsStart,
  threadOf,
} from "./packed_result.ts";
import { ScalarResult } from "./scalar_result.ts";
import { checkRow, type StandardSchema } from "./standard_schema.ts";

/** How rows are read. */
export interface RowForm<R> {
  readonly readers: RowReaders;
  /** What checks each row. */
  readonly schema?: StandardSchema<R> | undefined;
  /** How many rows were read before, for errors. Default 0. */
  readonly before?: number;
}

const PLAIN: RowForm<never> = { readers: plainRows };

/** The result of a query. Rows are read when they are asked for, each time anew. */
export class Result<R = Row> implements Iterable<R> {
  readonly #reader: RowReader;
  readonly #rows: RowBytes;
  readonly #start: number;
  readonly #schema: StandardSchema<R> | undefined;
  readonly #before: number;

  /** @internal */
  constructor(packed: PackedResult, { readers, schema, before = 0 }: RowForm<R> = PLAIN) {
    this.#reader = readers.of(threadOf(packed), columnsNumberOf(packed), () => columnsIn(packed));
    this.#rows = new RowBytes(packed);
    this.#start = rowsStart(packed);
    this.#schema = schema;
    this.#before = before;
  }

  /** How many rows the query returned or changed. */
  get rowCount(): number {
    return rowCountOf(this.#packed);
  }

  /** The names of the columns. */
  get columns(): readonly string[] {
    return this.#reader.names;
  }

  /** All rows. */
  all(): R[] {
    const rows: R[] = [];
    for (let at = this.#start; at < this.#end; at = this.#next(at)) rows.push(this.#row(at, rows.length));
    return rows;
  }

  /** The first row; `undefined` when there is none. */
  first(): R | undefined {
    return this.#start === this.#end ? undefined : this.#row(this.#start, 0);
  }

  /**
   * The only row.
   *
   * @throws {NoResultFound} When there is none.
   * @throws {MultipleResultsFound} When there are several.
   */
  one(): R {
    checkCount(this.#count(), false);
    return this.#row(this.#start, 0);
  }

  /**
   * The only row; `undefined` when there is none.
   *
   * @throws {MultipleResultsFound} When there are several.
   */
  oneOrNone(): R | undefined {
    checkCount(this.#count(), true);
    return this.first();
  }

  /** The first column of all rows. */
  scalars<T = unknown>(): ScalarResult<T> {
    const values: T[] = [];
    for (let at = this.#start; at < this.#end; at = this.#next(at))
      values.push(this.#scalar(at, values.length) as T);
    return new ScalarResult(values);
  }

  /** The first column of the first row; `undefined` when there is no row. */
  scalar<T = unknown>(): T | undefined {
    return this.#start === this.#end ? undefined : (this.#scalar(this.#start, 0) as T);
  }

  /** The rows, in their order. */
  *[Symbol.iterator](): Generator<R, void, undefined> {
    let index = 0;
    for (let at = this.#start; at < this.#end; at = this.#next(at)) yield this.#row(at, index++);
  }

  get #packed(): PackedResult {
    return this.#rows.bytes as PackedResult;
  }

  get #end(): number {
    return this.#rows.bytes.length;
  }

  #count(): number {
    let count = 0;
    for (let at = this.#start; at < this.#end; at = this.#next(at)) count++;
    return count;
  }

  #next(at: number): number {
    return endOfRow(this.#rows.bytes, at);
  }

  #row(at: number, index: number): R {
    const row = this.#reader.row(this.#rows, at);
    return this.#schema === undefined ? (row as R) : checkRow(this.#schema, row, this.#before + index);
  }

  #scalar(at: number, index: number): unknown {
    if (this.#schema === undefined) return this.#reader.scalar(this.#rows, at);
    // As the schema leaves it: it may make another value of it.
    const row = this.#row(at, index) as Row | null;
    return row?.[this.columns[0] ?? ""];
  }
}
