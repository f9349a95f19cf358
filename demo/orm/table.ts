/**
 * Tables: a zod schema for a row, and beside it what SQL says of the columns.
 *
 * @module
 */

import type { z } from "../deps.ts";
import { InstanceState } from "./instance.ts";
import { checked } from "./validation.ts";

/** A column whose values are `V`. */
export interface Column<V> {
  readonly table: Definition;
  /** Its name in TypeScript: `createDate`. */
  readonly field: string;
  /** Its name in SQL: `create_date`. */
  readonly name: string;
  /** Its SQL type, with constraints and default. */
  readonly ddl: string;
  readonly schema: z.ZodType<V>;
}

/** What a table is, apart from the types of its fields. */
export interface Definition {
  readonly name: string;
  readonly columns: readonly Column<unknown>[];
  readonly primaryKey: Column<unknown>;
}

export const definition: unique symbol = Symbol("definition");
export const keyField: unique symbol = Symbol("primary key");

type Columns<R> = { readonly [F in keyof R]: Column<R[F]> };

/**
 * A table whose rows are `R`, told apart by their field `K`. Called, it makes an object: `A({ data: "a1" })`. `A.data` is its
 * column `data`.
 */
export type Table<R, K extends keyof R = keyof R> = ((values: Partial<R>) => R) &
  Columns<R> & { readonly [definition]: Definition; readonly [keyField]: K };

/** How a table is declared. */
export interface TableOptions<R, K extends keyof R> {
  /** What a row must be. A column that may hold `null` is nullable, any other is not. */
  readonly schema: z.ZodObject<{ [F in keyof R]: z.ZodType<R[F]> }>;
  readonly primaryKey: K;
  /** The SQL type of each column, and its default on the server. */
  readonly columns: { readonly [F in keyof R]: { readonly type: string; readonly serverDefault?: string } };
}

/**
 * Declares a table.
 *
 * @typeParam R Its row.
 * @typeParam K The field that tells its rows apart.
 * @param name Its name in SQL.
 * @returns The table.
 */
export function table<R extends object, K extends keyof R & string>(
  name: string,
  { schema, primaryKey, columns }: TableOptions<R, K>,
): Table<R, K> {
  const shape = schema.shape as Readonly<Record<string, z.ZodType>>;
  const fields = Object.entries<{ type: string; serverDefault?: string }>(columns);
  const own = { name } as { -readonly [P in keyof Definition]: Definition[P] };
  own.columns = fields.map(([field, { type, serverDefault }]) => {
    const column = shape[field] as z.ZodType;
    const ddl = [type];
    if (field === primaryKey) ddl.push("primary key");
    else if (!column.safeParse(null).success) ddl.push("not null");
    if (serverDefault !== undefined) ddl.push(`default ${serverDefault}`);
    return { table: own, field, name: columnName(field), ddl: ddl.join(" "), schema: column };
  });
  own.primaryKey = own.columns.find(({ field }) => field === primaryKey) as Column<unknown>;

  const construct = (values: Partial<R>) => {
    const state = new InstanceState(own);
    state.assign(checked(own, values, "make"));
    return state.object;
  };
  const properties: PropertyDescriptorMap = {
    [definition]: { value: own },
    [keyField]: { value: primaryKey },
  };
  for (const column of own.columns) properties[column.field] = { value: column };
  return Object.defineProperties(construct, properties) as unknown as Table<R, K>;
}

function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
