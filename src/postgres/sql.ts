/**
 * Queries: SQL text, and apart from it the values that travel as parameters.
 *
 * @module
 */

/** SQL and its values. One may stand inside another, as a fragment. Made by {@linkcode sql}. */
export class Query {
  /** The SQL around the values, one string more than there are values. */
  readonly strings: readonly string[];
  /** What travels as parameters. */
  readonly values: readonly unknown[];

  constructor(strings: readonly string[], values: readonly unknown[]) {
    this.strings = strings;
    this.values = values;
  }

  /** The SQL with a placeholder for each value: `$1`, `$2`, … */
  get text(): string {
    return this.strings.reduce((text, after, i) => `${text}$${i}${after}`);
  }
}

/**
 * Writes a query. What stands in `${}` travels as a parameter, whatever it contains; a query there becomes part of
 * the SQL.
 *
 * @param strings The SQL.
 * @param parts Values and queries.
 * @returns The query.
 *
 * @example
 * ```ts ignore
 * conn.execute(sql`select * from ${identifier("user")} where name = ${name}`);
 * ```
 */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Query {
  return compose(strings, parts);
}

/**
 * The name of a table, column or other object, quoted so that it means nothing but itself.
 *
 * @param path The name; several for one that is qualified: `identifier("public", "a")`.
 * @returns The fragment to put into a query.
 * @throws {TypeError} When a name is empty, or holds a NUL character, which Postgres has no way to write.
 */
export function identifier(...path: [string, ...string[]]): Query {
  return text(path.map(quote).join("."));
}

/**
 * SQL as it stands. Never give it anything that comes from outside the program.
 *
 * @param sql The SQL.
 * @returns The fragment to put into a query.
 */
export function text(sql: string): Query {
  return new Query([sql], []);
}

/**
 * Several queries as one list.
 *
 * @param queries The parts.
 * @param separator What stands between them.
 * @returns The fragment to put into a query.
 */
export function join(queries: readonly Query[], separator: string = ", "): Query {
  if (queries.length === 0) return text("");
  return compose(["", ...queries.slice(1).map(() => separator), ""], queries);
}

function compose(strings: readonly string[], parts: readonly unknown[]): Query {
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

function quote(name: string): string {
  if (name === "" || name.includes("\0")) {
    throw new TypeError(
      `quote an identifier: ${JSON.stringify(name)} cannot name anything in Postgres, give a name of at least one character and none of them NUL`,
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}
