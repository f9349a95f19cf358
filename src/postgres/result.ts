/**
 * What a query gives back.
 *
 * @module
 */

import { theOne, theOneOrNone } from "./one_row.ts";

/** A row by the names of its columns. */
export type Row = Record<string, unknown>;

/** A result as it crosses between threads: plain data. */
export interface ResultData {
  /** The names of the columns; none for a statement that returns no rows. */
  readonly columns: readonly string[];
  /** The rows, each its values in the order of the columns. */
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows were returned or changed. */
  readonly rowCount: number;
  /** What the server calls the statement: `SELECT`, `INSERT`, … */
  readonly command: string;
}

/** The values of one column. */
export class ScalarResult<T> implements Iterable<T> {
  readonly #values: readonly T[];

  /** @param values The values. */
  constructor(values: readonly T[]) {
    this.#values = values;
  }

  /** All of them. */
  all(): T[] {
    return [...this.#values];
  }

  /** The first of them; `undefined` when there is none. */
  first(): T | undefined {
    return this.#values[0];
  }

  /**
   * The only one.
   *
   * @throws {NoResultFound} When there is none.
   * @throws {MultipleResultsFound} When there are several.
   */
  one(): T {
    return theOne(this.#values);
  }

  /**
   * The only one; `undefined` when there is none.
   *
   * @throws {MultipleResultsFound} When there are several.
   */
  oneOrNone(): T | undefined {
    return theOneOrNone(this.#values);
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#values[Symbol.iterator]();
  }
}

/** The result of a query. */
export class Result<R = Row> implements Iterable<R> {
  readonly #data: ResultData;

  /** @internal */
  constructor(data: ResultData) {
    this.#data = data;
  }

  /** How many rows the query returned or changed. */
  get rowCount(): number {
    return this.#data.rowCount;
  }

  /** The names of the columns. */
  get columns(): readonly string[] {
    return this.#data.columns;
  }

  /** All rows. */
  all(): R[] {
    return this.#data.rows.map((values) => this.#row(values));
  }

  /** The first row; `undefined` when there is none. */
  first(): R | undefined {
    const [values] = this.#data.rows;
    return values && this.#row(values);
  }

  /**
   * The only row.
   *
   * @throws {NoResultFound} When there is none.
   * @throws {MultipleResultsFound} When there are several.
   */
  one(): R {
    return this.#row(theOne(this.#data.rows));
  }

  /**
   * The only row; `undefined` when there is none.
   *
   * @throws {MultipleResultsFound} When there are several.
   */
  oneOrNone(): R | undefined {
    const values = theOneOrNone(this.#data.rows);
    return values && this.#row(values);
  }

  /** The first column of all rows. */
  scalars<T = unknown>(): ScalarResult<T> {
    return new ScalarResult(this.#data.rows.map(([value]) => value as T));
  }

  /** The first column of the first row; `undefined` when there is no row. */
  scalar<T = unknown>(): T | undefined {
    return this.#data.rows[0]?.[0] as T | undefined;
  }

  [Symbol.iterator](): Iterator<R> {
    return this.all()[Symbol.iterator]();
  }

  #row(values: readonly unknown[]): R {
    return Object.fromEntries(this.#data.columns.map((name, i) => [name, values[i]])) as R;
  }
}
