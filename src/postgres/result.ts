/**
 * What a query gives back.
 *
 * @module
 */

import { checkCount } from "./one_row.ts";
import { endOfRow, plainRows, type Row, type RowReader, type RowReaders } from "./rows.ts";
import { ScalarResult } from "./scalar_result.ts";
import { Text } from "./text.ts";

/** A result as it crosses between threads: plain data. */
export interface ResultData {
  /** The columns, as `writeColumns()` writes them; none for a statement that returns no rows. */
  readonly columns: string;
  /** The rows as the server sent them. */
  readonly rows: Uint8Array;
  /** How many rows were returned or changed. */
  readonly rowCount: number;
  /** What the server calls the statement: `SELECT`, `INSERT`, … */
  readonly command: string;
}

/** The result of a query. Rows are read when they are asked for, each time anew. */
export class Result<R = Row> implements Iterable<R> {
  readonly #data: ResultData;
  readonly #reader: RowReader;
  readonly #text: Text;

  /** @internal */
  constructor(data: ResultData, readers: RowReaders = plainRows) {
    this.#data = data;
    this.#reader = readers.of(data.columns);
    this.#text = new Text(data.rows);
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
    for (let at = 0; at < this.#size; at = this.#next(at)) rows.push(this.#row(at));
    return rows;
  }

  /** The first row; `undefined` when there is none. */
  first(): R | undefined {
    return this.#size === 0 ? undefined : this.#row(0);
  }

  /**
   * The only row.
   *
   * @throws {NoResultFound} When there is none.
   * @throws {MultipleResultsFound} When there are several.
   */
  one(): R {
    checkCount(this.#count(), false);
    return this.#row(0);
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
    for (let at = 0; at < this.#size; at = this.#next(at)) values.push(this.#scalar(at) as T);
    return new ScalarResult(values);
  }

  /** The first column of the first row; `undefined` when there is no row. */
  scalar<T = unknown>(): T | undefined {
    return this.#size === 0 ? undefined : (this.#scalar(0) as T);
  }

  *[Symbol.iterator](): Generator<R, void, undefined> {
    for (let at = 0; at < this.#size; at = this.#next(at)) yield this.#row(at);
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

  #row(at: number): R {
    return this.#reader.row(this.#text, at) as R;
  }

  #scalar(at: number): unknown {
    return this.#reader.scalar(this.#text, at);
  }
}
