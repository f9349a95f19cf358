/**
 * The statements that a session sends when it is flushed.
 *
 * @module
 */

import { type Query, sql } from "../../src/postgres/mod.ts";
import type { InstanceState, Values } from "./instance.ts";
import { labelled } from "./select.ts";
import type { Definition } from "./table.ts";
import { checked } from "./validation.ts";

/**
 * Inserts rows, and gives back the values that the database gives to those which were left out.
 *
 * @param states The new objects of one table. Of each a row comes back, in their order.
 */
export function insert([first, ...rest]: readonly [InstanceState, ...InstanceState[]]): Query {
  const { name, columns } = first.definition;
  const all = [first, ...rest].map((state) => checked(first.definition, state.values, "insert into"));
  const given = columns.filter(({ field }) => all.some((values) => field in values));
  const returning = columns.filter(({ field }) => all.some((values) => !(field in values)));
  const returned = returning.map((column) => labelled(column));
  const back = returned.length === 0 ? sql`` : sql` returning ${sql.join(returned)}`;
  if (given.length === 0 && rest.length === 0) return sql`insert into ${sql.id(name)} default values${back}`;
  // Rows of nothing but defaults have to name a column.
  const named = given.length === 0 ? columns.slice(0, 1) : given;
  const rows = all.map((values) => {
    const parts = named.map(({ field }) => (field in values ? sql`${values[field]}` : sql`default`));
    return sql`(${sql.join(parts)})`;
  });
  const names = sql.join(named.map((column) => sql.id(column.name)));
  return sql`insert into ${sql.id(name)} (${names}) values ${sql.join(rows)}${back}`;
}

/** Changes one row. */
export function update(definition: Definition, key: unknown, changes: Values): Query {
  const values = checked(definition, changes, "update");
  const changed = definition.columns.filter(({ field }) => field in values);
  const parts = changed.map(({ field, name }) => sql`${sql.id(name)} = ${values[field]}`);
  const { name, primaryKey } = definition;
  return sql`update ${sql.id(name)} set ${sql.join(parts)} where ${sql.id(primaryKey.name)} = ${key}`;
}

/** Deletes rows by their primary keys. */
export function deleteFrom({ name, primaryKey }: Definition, keys: readonly unknown[]): Query {
  const list = keys.map((key) => sql`${key}`);
  return sql`delete from ${sql.id(name)} where ${sql.id(primaryKey.name)} in (${sql.join(list)})`;
}
