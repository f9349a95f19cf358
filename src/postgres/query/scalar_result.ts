/**
 * The values of one column.
 *
 * @module
 */

import { checkCount } from "./one_row.ts";

/** The values of one column of a result. */
export class ScalarResult<T> implements Iterable<T> {
  readonly #values: readonly T[];

  /**
   * Holds values; `Result.scalars()` makes it.
   *
   * @param values The values.
   */
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
    checkCount(this.#values.length, false);
    return this.#values[0] as T;
  }

  /**
   * The only one; `undefined` when there is none.
   *
   * @throws {MultipleResultsFound} When there are several.
   */
  oneOrNone(): T | undefined {
    checkCount(this.#values.length, true);
    return this.#values[0];
  }

  /** The values, in their order. */
  [Symbol.iterator](): Iterator<T> {
    return this.#values[Symbol.iterator]();
  }
}
