/**
 * `select()`: what to read.
 *
 * @module
 */

import { type Query, sql } from "../../src/postgres/mod.ts";
import type { Values } from "./instance.ts";
import { asc } from "./operators.ts";
import { type Column, type Definition, definition, type Table } from "./table.ts";

interface Clauses {
  readonly where: readonly Query[];
  readonly orderBy: readonly Query[];
  readonly limit?: number;
  readonly offset?: number;
}

/** A query for rows that are each a `T`: a list of what was selected. It never changes; its methods give another one. */
export class Select<T extends readonly unknown[]> {
  readonly table: Definition;
  readonly columns: readonly Column<unknown>[];
  readonly #wholeObjects: boolean;
  readonly #clauses: Clauses;

  constructor(
    table: Definition,
    columns: readonly Column<unknown>[],
    wholeObjects: boolean,
    clauses: Clauses = { where: [], orderBy: [] },
  ) {
    this.columns = columns;
    this.table = table;
    this.#wholeObjects = wholeObjects;
    this.#clauses = clauses;
  }

  /** Only the rows for which all of the conditions hold. */
  where(...conditions: readonly Query[]): Select<T> {
    return this.#with({ where: [...this.#clauses.where, ...conditions] });
  }

  /** In this order: by the first, where that is equal by the second, and so on. */
  orderBy(...by: readonly (Query | Column<unknown>)[]): Select<T> {
    const orderBy = by.map((part) => ("schema" in part ? asc(part) : part));
    return this.#with({ orderBy: [...this.#clauses.orderBy, ...orderBy] });
  }

  /** At most so many rows. */
  limit(limit: number): Select<T> {
    return this.#with({ limit });
  }

  /** Without so many of the first rows. */
  offset(offset: number): Select<T> {
    return this.#with({ offset });
  }

  /** The SQL. */
  get query(): Query {
    const { where, orderBy, limit, offset } = this.#clauses;
    const { name } = this.table;
    const list = this.columns.map((column) => labelled(column, sql.id(name, column.name)));
    const parts = [sql`select ${sql.join(list)} from ${sql.id(name)}`];
    if (where.length > 0) parts.push(sql`where ${sql.join(where, " and ")}`);
    if (orderBy.length > 0) parts.push(sql`order by ${sql.join(orderBy)}`);
    if (limit !== undefined) parts.push(sql`limit ${limit}`);
    if (offset !== undefined) parts.push(sql`offset ${offset}`);
    return sql.join(parts, " ");
  }

  /** A row, of its values by field. What makes an object of them is `load`. */
  row(values: Values, load: (definition: Definition, values: Values) => object): T {
    const row = this.#wholeObjects
      ? [load(this.table, values)]
      : this.columns.map(({ field }) => values[field]);
    return row as readonly unknown[] as T;
  }

  #with(clauses: Partial<Clauses>): Select<T> {
    return new Select(this.table, this.columns, this.#wholeObjects, { ...this.#clauses, ...clauses });
  }
}

/** Reads whole rows, as objects. */
export function objects(table: Definition): Select<[object]> {
  return new Select(table, table.columns, true);
}

/** Names a column in a result by its field. */
export function labelled({ name, field }: Column<unknown>, reference: Query = sql.id(name)): Query {
  return name === field ? reference : sql`${reference} as ${sql.id(field)}`;
}

/**
 * Reads objects of a table, `select(A)`, or columns of one, `select(A.id, A.data)`.
 *
 * @returns What to give to a session.
 * @throws {TypeError} When the columns are of several tables.
 */
export function select<R, K extends keyof R>(table: Table<R, K>): Select<[R]>;
export function select<V extends [unknown, ...unknown[]]>(
  ...columns: { [I in keyof V]: Column<V[I]> }
): Select<V>;
export function select(
  ...entities: readonly (Column<unknown> | { readonly [definition]: Definition })[]
): Select<readonly unknown[]> {
  const [first] = entities;
  if (first === undefined) throw new TypeError("select nothing: name a table, or columns of one");
  if (definition in first) return objects(first[definition]);
  const columns = entities as readonly Column<unknown>[];
  const other = columns.find(({ table }) => table !== first.table);
  if (other !== undefined) {
    throw new TypeError(
      `select columns: they are of ${first.table.name} and of ${other.table.name}; select those of one table`,
    );
  }
  return new Select(first.table, columns, false);
}
