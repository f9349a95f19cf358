/**
 * How the rows of a COPY are written: in the format that the caller says, with the delimiter, quotes and so on of its SQL.
 *
 * @module
 */

import { checkOptions } from "../../base/check_options.ts";
import { checkQuery, type Query } from "../query/sql.ts";

/** How a COPY writes rows: one to a line, with tabs between; or as CSV; or in Postgres' binary form. */
export type CopyKind = "text" | "csv" | "binary";

/** What `copyFrom()` and `copyTo()` take. */
export interface CopyOptions {
  /** The format. It is added to the options of the COPY; where they say one, it must be the same. Default `"text"`. */
  readonly format?: CopyKind;
}

const KINDS: readonly unknown[] = ["text", "csv", "binary"];

/** The format of a COPY's rows. */
export interface CopyFormat {
  readonly kind: CopyKind;
  readonly delimiter: string;
  /** What stands for NULL. */
  readonly null: string;
  /** What stands for the column's default, where the COPY names it. */
  readonly default: string | undefined;
  readonly quote: string;
  readonly escape: string;
  /** Whether a line of names comes first; with `match` the server compares them. */
  readonly header: boolean | "match";
  /** The encoding that the COPY asks for; `undefined` for the connection's, which is UTF-8. */
  readonly encoding: string | undefined;
}

/** Comments, E'…', '…', "…", $tag$…$tag$, words, and anything else by the character. */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?\*\/|e'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[\s\S]*?\1|[\w\u0080-\uffff]+|\S/giu;

const DIRECTIONS = { from: /^from$/i, to: /^to$/i } as const;

/**
 * Makes sure that a query is one that can be copied with.
 *
 * @param query The query.
 * @param direction Which way it is to copy.
 * @param options The format.
 * @returns Its text, with that format, and the format in full.
 * @throws {TypeError} When it is no COPY that way, has values, or says another format.
 */
export function checkCopy(
  query: Query,
  direction: "from" | "to",
  options: CopyOptions = {},
): { readonly text: string; readonly format: CopyFormat } {
  checkOptions("copy", options, { format: true });
  const { format = "text" } = options;
  if (!KINDS.includes(format)) {
    throw new TypeError(`copy: there is no format ${JSON.stringify(format)}; use one of ${KINDS.join(", ")}`);
  }
  const { text, values } = checkQuery(query);
  if (values.length > 0) {
    throw new TypeError(
      "copy: the query has values, and Postgres takes none in a COPY; write them as literals, or copy a table that holds them",
    );
  }
  const said = copyFormatOf(text, direction);
  if (said.kind === format) return { text, format: said };
  const written = withFormat(text, direction, format);
  if (written === undefined) {
    throw new TypeError(
      `copy: the SQL says the format ${said.kind}, and the call says ${format}; give { format: "${said.kind}" }, or leave it out of the SQL`,
    );
  }
  return { text: written, format: copyFormatOf(written, direction) };
}

/** The SQL with a format among its options; `undefined` where it says one itself. */
function withFormat(sql: string, direction: "from" | "to", format: CopyKind): string | undefined {
  const places = [...sql.matchAll(TOKENS)].filter(([token]) => !isComment(token));
  const tokens = places.map(([token]) => token);
  const target = targetEnd(tokens, DIRECTIONS[direction]) ?? tokens.length;
  if (optionsOf(tokens.slice(target)).has("format")) return undefined;
  const at = tokens[target]?.toLowerCase() === "with" ? target + 1 : target;
  const next = tokens[at] ?? "";
  const insert = (behind: number, words: string) => {
    const place = places[behind] as RegExpMatchArray;
    const end = (place.index as number) + place[0].length;
    return `${sql.slice(0, end)}${words}${sql.slice(end)}`;
  };
  if (next === "(") return insert(at, `format ${format}, `);
  if (/^(;|where)?$/i.test(next)) return insert(at - 1, ` (format ${format})`);
  // The older way, in which the formats are words of their own.
  return insert(at - 1, ` ${format}`);
}

/** Whether a statement is a COPY from or to the client, which only `copyFrom()` and `copyTo()` can run. */
export function isClientCopy(sql: string): boolean {
  if (!/\bcopy\b/i.test(sql)) return false;
  const tokens = tokensOf(sql);
  return targetEnd(tokens, /^(from|to)$/i) !== undefined;
}

/** Whether a statement by itself is a COPY from the client. */
export function isCopyFromClient(sql: string): boolean {
  if (!/\bcopy\b/i.test(sql)) return false;
  const tokens = tokensOf(sql);
  const end = tokens.indexOf(";");
  return targetEnd(tokens, DIRECTIONS.from) !== undefined && (end === -1 || end === tokens.length - 1);
}

/**
 * Reads the format from the SQL of a COPY.
 *
 * @param sql The whole statement.
 * @param direction Which way it is to copy.
 * @returns The format, complete with the defaults of Postgres.
 * @throws {TypeError} When it is no COPY that way, or not alone.
 */
export function copyFormatOf(sql: string, direction: "from" | "to"): CopyFormat {
  const tokens = tokensOf(sql);
  const end = tokens.indexOf(";");
  // The server would run both.
  if (end !== -1 && end < tokens.length - 1) {
    throw new TypeError("copy: there is another statement behind the COPY; run it by itself");
  }
  const target = targetEnd(tokens, DIRECTIONS[direction]);
  if (target === undefined) {
    throw new TypeError(
      direction === "from"
        ? "copy: the query is no COPY from stdin; write it as sql`copy a (id, data) from stdin`"
        : "copy: the query is no COPY to stdout; write it as sql`copy a (id, data) to stdout`",
    );
  }
  const options = optionsOf(tokens.slice(target));
  const said = options.get("format")?.toLowerCase();
  const kind = said === "csv" || said === "binary" ? said : "text";
  const isCsv = kind === "csv";
  const quote = options.get("quote") ?? '"';
  return {
    kind,
    delimiter: options.get("delimiter") ?? (isCsv ? "," : "\t"),
    null: options.get("null") ?? (isCsv ? "" : "\\N"),
    default: options.get("default"),
    quote,
    escape: options.get("escape") ?? quote,
    header: headerOf(options.get("header")),
    encoding: options.get("encoding"),
  };
}

function tokensOf(sql: string): string[] {
  return (sql.match(TOKENS) ?? []).filter((token) => !isComment(token));
}

function isComment(token: string): boolean {
  return /^(--|\/\*)/.test(token);
}

/** Where the options of a COPY begin: behind `from stdin` or `to stdout`, which may not stand in brackets. */
function targetEnd(tokens: readonly string[], direction: RegExp): number | undefined {
  if (tokens[0]?.toLowerCase() !== "copy") return undefined;
  let depth = 0;
  for (const [i, token] of tokens.entries()) {
    if (token === "(") depth += 1;
    else if (token === ")") depth -= 1;
    else if (depth === 0 && direction.test(token) && /^std(in|out)$/i.test(tokens[i + 1] ?? "")) return i + 2;
  }
  return undefined;
}

/** The options by name, the newer way, `with (format csv, null '-')`, and the older, `csv null '-'`. */
function optionsOf(tokens: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  const rest = tokens[0]?.toLowerCase() === "with" ? tokens.slice(1) : tokens;
  if (rest[0] === "(") {
    for (let i = 1; i < rest.length && rest[i] !== ")"; i++) {
      const name = nameOf(rest[i] as string);
      const value = rest[i + 1];
      const hasValue = value !== undefined && value !== "," && value !== ")" && value !== "(";
      options.set(name, hasValue ? literalValue(value) : "true");
      // On to the comma, past a list in brackets.
      let depth = 0;
      while (i + 1 < rest.length && (depth > 0 || (rest[i + 1] !== "," && rest[i + 1] !== ")"))) {
        i += 1;
        if (rest[i] === "(") depth += 1;
        if (rest[i] === ")") depth -= 1;
      }
      if (rest[i + 1] === ",") i += 1;
    }
    return options;
  }
  for (let i = 0; i < rest.length && rest[i] !== ";" && !/^where$/i.test(rest[i] as string); i++) {
    const name = (rest[i] as string).toLowerCase();
    if (name === "csv" || name === "binary") options.set("format", name);
    else if (name === "header") options.set("header", "true");
    else if (["delimiter", "null", "quote", "escape", "encoding"].includes(name)) {
      if (rest[i + 1]?.toLowerCase() === "as") i += 1;
      const value = rest[i + 1];
      // Not the NULL and the QUOTE of FORCE NULL and FORCE QUOTE, which names follow.
      if (value !== undefined && /^e?'/i.test(value)) options.set(name, literalValue(value));
    }
  }
  return options;
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** The value of an option: what a string literal says, or a word as it stands. */
function literalValue(token: string): string {
  if (/^e'/i.test(token)) {
    return token
      .slice(2, -1)
      .replaceAll("''", "'")
      .replaceAll(
        /\\(?:x([0-9a-f]{1,2})|([0-7]{1,3})|u([0-9a-f]{4})|([\s\S]))/giu,
        (_all, hex, octal, unit, other) => {
          if (other !== undefined) return ESCAPES[other] ?? other;
          return String.fromCharCode(
            octal === undefined ? Number.parseInt(hex ?? unit, 16) : Number.parseInt(octal, 8),
          );
        },
      );
  }
  if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
  return nameOf(token);
}

function nameOf(token: string): string {
  return token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token.toLowerCase();
}

function headerOf(said: string | undefined): boolean | "match" {
  const word = said?.toLowerCase();
  if (word === "match") return "match";
  return word !== undefined && !["false", "off", "0"].includes(word);
}
