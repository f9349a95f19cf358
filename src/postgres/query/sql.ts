/**
 * Queries: SQL text, and apart from it the values that travel as parameters.
 *
 * @module
 */

import { registerClass } from "../../../mod.ts";

/** SQL and its values. One may stand inside another, as a fragment. Made by {@linkcode sql}. */
export class Query {
  /** The SQL around the values, one string more than there are values. */
  readonly strings: readonly string[];
  /** What travels as parameters. */
  readonly values: readonly unknown[];
  #text: string | undefined;

  /**
   * Holds a statement's texts and values; `` sql`…` `` makes it.
   *
   * @param strings The SQL around the values.
   * @param values The values, one fewer than there are strings.
   */
  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }

  /** The SQL with a placeholder for each value: `$1`, `$2`, … */
  get text(): string {
    this.#text ??= textOf(this.strings);
    return this.#text;
  }

  /**
   * A statement is no data: it says so where it is turned into JSON.
   *
   * @throws {TypeError} Always: within a value of JSON, which is sent as data, a query would be no query.
   */
  toJSON(): never {
    throw new TypeError("write a query: a query stands within one of its values; put it into the SQL itself");
  }
}

// Within a value it would cross as an object that lives here, and be no query there.
registerClass(Query, {
  module: import.meta.url,
  name: "Query",
  toData: (query) => query.toJSON(),
  fromData: (never: never) => never,
});

/** What {@linkcode sql} is: a tag for templates, and what makes the fragments that no value can be. */
export interface Sql {
  /**
   * Writes a query. What stands in `${}` travels as a parameter, whatever it contains; a query there becomes part of
   * the SQL.
   *
   * @param strings The SQL.
   * @param parts Values and queries.
   * @returns The query.
   * @throws {TypeError} When a value is `undefined`, a function or a symbol, or an array of queries.
   */
  (strings: TemplateStringsArray, ...parts: readonly unknown[]): Query;

  /**
   * The name of a table, column or other object, quoted so that it means nothing but itself.
   *
   * @param path The name; several for one that is qualified: `sql.id("public", "a")`.
   * @returns The fragment to put into a query.
   * @throws {TypeError} When it is a name that Postgres cannot have: empty, or with a NUL character in it, or of more than 63
   *   bytes, which it would cut off.
   */
  id(...path: [string, ...string[]]): Query;

  /**
   * Several queries as one list.
   *
   * @param queries The parts.
   * @param separator The SQL between them. Default `", "`.
   * @returns The fragment to put into a query.
   */
  join(queries: readonly Query[], separator?: string): Query;

  /**
   * SQL as it stands. Never give it anything that comes from outside the program.
   *
   * @param text The SQL.
   * @returns The fragment to put into a query.
   */
  raw(text: string): Query;
}

/**
 * Writes queries.
 *
 * @example
 * ```ts
 * import { sql } from "awaitlet/postgres";
 * import * as assert from "uvu/assert";
 *
 * const condition = sql`age > ${18}`;
 * const query = sql`select ${sql.id("name")} from ${sql.id("public", "user")} where ${condition} limit ${10}`;
 * assert.is(query.text, 'select "name" from "public"."user" where age > $1 limit $2');
 * assert.equal(query.values, [18, 10]);
 * ```
 */
export const sql: Sql = Object.assign(
  (strings: TemplateStringsArray, ...parts: readonly unknown[]) => compose(strings, parts),
  { id, join, raw },
);

/**
 * Makes sure that what is to be run is a query.
 *
 * @param query What the caller gave.
 * @returns The query.
 * @throws {TypeError} When it is none: a string, say, in which values might stand.
 */
export function checkQuery(query: Query): Query {
  if (query instanceof Query) return query;
  const given = typeof query === "string" ? "a string is no query" : "what was given is no query";
  throw new TypeError(
    `run a query: ${given}; write it as sql\`…\`, with its values in \${}, or as sql.raw(text) where nothing in it comes from outside`,
  );
}

function id(...path: [string, ...string[]]): Query {
  return raw(path.map(quote).join("."));
}

function join(queries: readonly Query[], separator: string = ", "): Query {
  if (queries.length === 0) return raw("");
  return compose(["", ...queries.slice(1).map(() => separator), ""], queries.map(checkQuery));
}

function raw(text: string): Query {
  return new Query([text], []);
}

/** The texts of templates without fragments: a template's strings are the same object each time that it is evaluated. */
const texts = new WeakMap<readonly string[], string>();

function textOf(strings: readonly string[]): string {
  let text = texts.get(strings);
  if (text === undefined) {
    text = strings.reduce((before, after, i) => `${before}$${i}${after}`);
    texts.set(strings, text);
  }
  return text;
}

function compose(strings: readonly string[], parts: readonly unknown[]): Query {
  for (const part of parts) checkValue(part);
  if (!parts.some((part) => part instanceof Query)) return new Query(strings, parts);
  const composed = [strings[0] ?? ""];
  const values: unknown[] = [];
  const append = (text: string) => {
    composed[composed.length - 1] += text;
  };
  parts.forEach((part, i) => {
    const after = strings[i + 1] ?? "";
    if (part instanceof Query) {
      append(part.strings[0] ?? "");
      composed.push(...part.strings.slice(1));
      values.push(...part.values);
      append(after);
    } else {
      values.push(part);
      composed.push(after);
    }
  });
  return new Query(composed, values);
}

function checkValue(value: unknown): void {
  if (value === undefined) {
    throw new TypeError("write a query: one of its values is undefined; write null for SQL's null");
  }
  if (typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(
      `write a query: one of its values is a ${typeof value}; give a string, number, bigint, boolean, Date, Uint8Array, array, object or null`,
    );
  }
  if (Array.isArray(value) && value.some(holdsQuery)) {
    throw new TypeError("write a query: one of its values is an array of queries; put them in by sql.join()");
  }
}

function holdsQuery(value: unknown): boolean {
  return value instanceof Query || (Array.isArray(value) && value.some(holdsQuery));
}

const LONGEST_NAME = 63;
const utf8 = new TextEncoder();

function quote(name: string): string {
  const refusal = (what: string) =>
    new TypeError(`quote an identifier: ${JSON.stringify(name)} cannot name anything in Postgres, ${what}`);
  if (name === "" || name.includes("\0")) {
    throw refusal("give a name of at least one character and none of them NUL");
  }
  if (!name.isWellFormed())
    throw refusal("it holds half of a surrogate pair; give a name of whole characters");
  // Postgres would cut it off, and it might name something else.
  if (name.length * 3 > LONGEST_NAME && utf8.encode(name).length > LONGEST_NAME) {
    throw refusal(`it has more than ${LONGEST_NAME} bytes; give a shorter name`);
  }
  return `"${name.replaceAll('"', '""')}"`;
}
