/**
 * What a query gives back.
 *
 * @module
 */

import { checkCount } from "./one_row.ts";
import type { ResultData } from "./result_data.ts";
import { ScalarResult } from "./scalar_result.ts";
import { checkRow, type StandardSchema } from "./standard_schema.ts";
import { endOfRow, plainRows, type Row, type RowReader, type RowReaders } from "./values/rows.ts";
import { Text } from "./values/text.ts";

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
  readonly #data: ResultData;
  readonly #reader: RowReader;
  readonly #text: Text;
  readonly #schema: StandardSchema<R> | undefined;
  readonly #before: number;

  /** @internal */
  constructor(data: ResultData, { readers, schema, before = 0 }: RowForm<R> = PLAIN) {
    this.#data = data;
    this.#reader = readers.of(data.columns);
    this.#text = new Text(data.rows);
    this.#schema = schema;
    this.#before = before;
  }

  /** How many rows the query returned or changed. */
  get rowCount(): number {
    return this.#data.rowCount;
  }

  /** The names of the columns. */
  get columns(): readonly string[] {
    return this.#reader.names;
  }

  /** All rows. */
  all(): R[] {
    const rows: R[] = [];
    for (let at = 0; at < this.#size; at = this.#next(at)) rows.push(this.#row(at, rows.length));
    return rows;
  }

  /** The first row; `undefined` when there is none. */
  first(): R | undefined {
    return this.#size === 0 ? undefined : this.#row(0, 0);
  }

  /**
   * The only row.
   *
   * @throws {NoResultFound} When there is none.
   * @throws {MultipleResultsFound} When there are several.
   */
  one(): R {
    checkCount(this.#count(), false);
    return this.#row(0, 0);
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
    for (let at = 0; at < this.#size; at = this.#next(at)) values.push(this.#scalar(at, values.length) as T);
    return new ScalarResult(values);
  }

  /** The first column of the first row; `undefined` when there is no row. */
  scalar<T = unknown>(): T | undefined {
    return this.#size === 0 ? undefined : (this.#scalar(0, 0) as T);
  }

  *[Symbol.iterator](): Generator<R, void, undefined> {
    let index = 0;
    for (let at = 0; at < this.#size; at = this.#next(at)) yield this.#row(at, index++);
  }

  get #size(): number {
    return this.#data.rows.length;
  }

  #count(): number {
    let count = 0;
    for (let at = 0; at < this.#size; at = this.#next(at)) count++;
    return count;
  }

  #next(at: number): number {
    return endOfRow(this.#data.rows, at);
  }

  #row(at: number, index: number): R {
    const row = this.#reader.row(this.#text, at);
    return this.#schema === undefined ? (row as R) : checkRow(this.#schema, row, this.#before + index);
  }

  #scalar(at: number, index: number): unknown {
    if (this.#schema === undefined) return this.#reader.scalar(this.#text, at);
    // As the schema leaves it: it may make another value of it.
    const row = this.#row(at, index) as Row | null;
    return row?.[this.columns[0] ?? ""];
  }
}
