/**
 * Schemas that check rows: zod's, valibot's, arktype's, … (https://standardschema.dev).
 *
 * @module
 */

import { registerError } from "../../../mod.ts";
import type { Row } from "../types/rows.ts";

/** What all of them have. */
export interface StandardSchema<Output = unknown> {
  /** What the Standard Schema specification calls so: its version, its vendor, and what validates. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** What a schema says of a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** What a schema has against a value. */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** Where in the value it is wrong. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** A row is not as the schema says. */
export class RowMismatch extends Error {
  /** The class's name, the same on all threads. */
  override readonly name: string = "RowMismatch";
  /** Which of the rows it is, counted from 0. */
  readonly row: number;
  /** The column, where the schema names one. */
  readonly column: string | undefined;

  /**
   * Makes the error; programs seldom do.
   *
   * @param message What is wrong.
   * @param row Which row.
   * @param column Which column.
   */
  constructor(message: string, row: number, column: string | undefined) {
    super(message);
    this.row = row;
    this.column = column;
  }
}
registerError(RowMismatch, "RowMismatch");

/**
 * Has a schema check a row.
 *
 * @param schema The schema.
 * @param row The row.
 * @param index Which of the rows it is, counted from 0.
 * @returns What the schema makes of it.
 * @throws {RowMismatch} When the row is not as the schema says.
 * @throws {TypeError} When the schema answers with a promise.
 */
export function checkRow<Output>(schema: StandardSchema<Output>, row: Row, index: number): Output {
  const result = schema["~standard"].validate(row);
  if (result instanceof Promise) {
    throw new TypeError(
      `read row ${index}: the schema, of ${schema["~standard"].vendor}, answers with a promise; give one that checks at once`,
    );
  }
  if (result.issues === undefined) return result.value;
  const [first] = result.issues;
  const path = first?.path?.map((key) => String(typeof key === "object" ? key.key : key)) ?? [];
  const place = path.length === 0 ? "" : `, column ${path.join(".")}`;
  throw new RowMismatch(`read row ${index}${place}: ${first?.message}`, index, path[0]);
}
