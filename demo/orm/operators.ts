/**
 * What stands in `where()` and `orderBy()`. Values travel as parameters.
 *
 * @module
 */

import { type Query, sql } from "../../src/postgres/mod.ts";
import type { Column } from "./table.ts";

type Value<V> = NoInfer<NonNullable<V>>;

/** Equal; given `null`, that there is no value. */
export function eq<V>(column: Column<V>, value: NoInfer<V>): Query {
  return value === null ? isNull(column) : sql`${name(column)} = ${value}`;
}

/** Not equal; given `null`, that there is a value. */
export function ne<V>(column: Column<V>, value: NoInfer<V>): Query {
  return value === null ? not(isNull(column)) : sql`${name(column)} <> ${value}`;
}

/** Less than. */
export function lt<V>(column: Column<V>, value: Value<V>): Query {
  return sql`${name(column)} < ${value}`;
}

/** Less than or equal. */
export function le<V>(column: Column<V>, value: Value<V>): Query {
  return sql`${name(column)} <= ${value}`;
}

/** Greater than. */
export function gt<V>(column: Column<V>, value: Value<V>): Query {
  return sql`${name(column)} > ${value}`;
}

/** Greater than or equal. */
export function ge<V>(column: Column<V>, value: Value<V>): Query {
  return sql`${name(column)} >= ${value}`;
}

/** Like a pattern: `%` is any text, `_` any character. */
export function like(column: Column<string> | Column<string | null>, pattern: string): Query {
  return sql`${name(column)} like ${pattern}`;
}

/** One of some values; of none, never. */
export function inList<V>(column: Column<V>, values: readonly Value<V>[]): Query {
  if (values.length === 0) return sql`false`;
  const parameters = values.map((value) => sql`${value}`);
  return sql`${name(column)} in (${sql.join(parameters)})`;
}

/** No value. */
export function isNull<V>(column: Column<V>): Query {
  return sql`${name(column)} is null`;
}

/** All of some conditions; of none, always. */
export function and(...conditions: readonly Query[]): Query {
  return conditions.length === 0 ? sql`true` : sql`(${sql.join(conditions, " and ")})`;
}

/** Any of some conditions; of none, never. */
export function or(...conditions: readonly Query[]): Query {
  return conditions.length === 0 ? sql`false` : sql`(${sql.join(conditions, " or ")})`;
}

/** Not so. */
export function not(condition: Query): Query {
  return sql`not (${condition})`;
}

/** From the smallest to the largest. */
export function asc<V>(column: Column<V>): Query {
  return sql`${name(column)} asc`;
}

/** From the largest to the smallest. */
export function desc<V>(column: Column<V>): Query {
  return sql`${name(column)} desc`;
}

function name<V>(column: Column<V>): Query {
  return sql.id(column.table.name, column.name);
}
