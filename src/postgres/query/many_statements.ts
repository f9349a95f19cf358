/**
 * One statement for each of many rows: they cross to the loop together, and go to the server one behind the other,
 * without waiting for its answers.
 *
 * @module
 */

import type { BoundQuery } from "../types/custom_types.ts";

/** Statements as they cross between threads. */
export interface Statements {
  /** Which of the rows the first of them is for. */
  readonly first: number;
  /** Their texts, each but once. */
  readonly texts: readonly string[];
  /** For each statement the place of its text. */
  readonly textOf: readonly number[];
  /** For each statement its values. */
  readonly values: readonly (readonly unknown[])[];
}

/** How many statements cross together. */
const BATCH = 1000;

/** Gathers the statements of rows. */
export class ManyStatements {
  #count = 0;
  #places = new Map<string, number>();
  #textOf: number[] = [];
  #values: (readonly unknown[])[] = [];

  /** How many were added. */
  get count(): number {
    return this.#count;
  }

  /** Adds the query of the next row. Returns the statements to run, when there are as many as cross together. */
  add({ text, values }: BoundQuery): Statements | undefined {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(text, place);
    }
    this.#textOf.push(place);
    this.#values.push(values);
    this.#count += 1;
    return this.#textOf.length === BATCH ? this.end() : undefined;
  }

  /** The statements that are left to run; `undefined` for none. */
  end(): Statements | undefined {
    const [places, textOf, values] = [this.#places, this.#textOf, this.#values];
    if (textOf.length === 0) return undefined;
    this.#places = new Map();
    this.#textOf = [];
    this.#values = [];
    return { first: this.#count - textOf.length, texts: [...places.keys()], textOf, values };
  }
}
