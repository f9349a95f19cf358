/**
 * Tables: a zod schema for a row, and beside it the columns' SQL types.
 *
 * @module
 */

import type { z } from "../deps.ts";

/** A column whose values are `V`. */
export interface Column<V> {
  readonly table: string;
  readonly name: string;
  /** Its SQL type, with constraints and default. */
  readonly type: string;
  readonly schema: z.ZodType<V>;
}

type Shape<R> = { [K in keyof R]: z.ZodType<R[K]> };
type Columns<R> = { readonly [K in keyof R]: Column<R[K]> };

/** What a table is, apart from its columns as one names them. */
export interface Definition<R> {
  readonly name: string;
  readonly schema: z.ZodObject<Shape<R>>;
  readonly columns: Columns<R>;
}

/** A row to be added, by the names of its fields. */
export interface NewRow {
  readonly definition: Definition<Record<string, unknown>>;
  readonly values: Readonly<Record<string, unknown>>;
}

export const definition: unique symbol = Symbol("definition");

/** A table whose rows are `R`: called, it makes a row to be added; `A.data` is its column `data`. */
export type Table<R> = ((values: Partial<R>) => NewRow) &
  Columns<R> & { readonly [definition]: Definition<R> };

/** Fields are spelt as in TypeScript, columns as in SQL: `createDate` and `create_date`. */
function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Declares a table.
 *
 * @typeParam R Its row.
 * @param name Its name.
 * @param schema What a row must be.
 * @param types The SQL types of its columns.
 * @returns The table.
 */
export function table<R extends object>(
  name: string,
  schema: z.ZodObject<Shape<R>>,
  types: { readonly [K in keyof R]: string },
): Table<R> {
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  const columns = Object.fromEntries(
    Object.entries<string>(types).map(([field, type]) => [
      field,
      { table: name, name: columnName(field), type, schema: shape[field] },
    ]),
  ) as unknown as Columns<R>;
  const own = { name, schema, columns };
  const newRow = (values: Partial<R>): NewRow => ({
    definition: own as unknown as NewRow["definition"],
    // What is left out gets the server's default.
    values: schema.partial().parse(values) as Record<string, unknown>,
  });
  const made = Object.defineProperty(newRow, definition, { value: own });
  for (const [field, column] of Object.entries(columns))
    Object.defineProperty(made, field, { value: column });
  return made as Table<R>;
}
