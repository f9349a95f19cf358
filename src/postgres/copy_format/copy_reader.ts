/**
 * What COPY writes, in chunks of bytes, read as rows.
 *
 * @module
 */

import type { CopyFormat } from "./copy_options.ts";

/** A row as COPY writes it: the text of each column, or null. */
export type CopyRow = (string | null)[];

const TEXT_ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

export class CopyReader {
  readonly #format: CopyFormat;
  /** A byte order mark is a character of the first value like any other. */
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #quoted: RegExp;
  /** The beginning of a row that ends in a later chunk. */
  #begun: string[] = [];
  #skipsHeader: boolean;

  /** @throws {TypeError} When the format is one that cannot be read as rows. */
  constructor(format: CopyFormat) {
    const { kind, header, encoding, quote, escape: escaper } = format;
    if (kind === "binary") throw new TypeError("copy to rows: the COPY is in binary; copy as text or csv");
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
      throw new TypeError(`copy to rows: the COPY is in ${encoding}; leave the option out`);
    }
    this.#format = format;
    this.#quoted = new RegExp(`[${literal(escaper)}]([${literal(escaper + quote)}])`, "g");
    this.#skipsHeader = header !== false;
  }

  /** The rows that end in this chunk. */
  rows(chunk: Uint8Array): CopyRow[] {
    this.#begun.push(this.#decoder.decode(chunk, { stream: true }));
    if (!this.#begun.at(-1)?.includes("\n")) return [];
    const text = this.#begun.join("");
    const isQuoted = this.#format.kind === "csv" && text.includes(this.#format.quote);
    const rows = isQuoted ? this.#quotedRows(text) : this.#bareRows(text);
    if (this.#skipsHeader && rows.length > 0) {
      this.#skipsHeader = false;
      rows.shift();
    }
    return rows;
  }

  /** In the text format, where a line break in a value is written as an escape; or as CSV without quotes. */
  #bareRows(text: string): CopyRow[] {
    const { kind, delimiter, null: nothing } = this.#format;
    const lines = text.split("\n");
    this.#begun = [lines.pop() as string];
    return lines.map((line) => {
      const isEscaped = kind === "text" && line.includes("\\");
      const row: CopyRow = isEscaped ? splitEscaped(line, delimiter) : line.split(delimiter);
      for (let i = 0; i < row.length; i++) {
        const field = row[i] as string;
        if (field === nothing) row[i] = null;
        else if (isEscaped) row[i] = unescaped(field);
      }
      return row;
    });
  }

  #quotedRows(text: string): CopyRow[] {
    const { delimiter, quote, null: nothing } = this.#format;
    const rows: CopyRow[] = [];
    let row: CopyRow = [];
    let begin = 0;
    for (let at = 0; ; at++) {
      let end: number;
      if (text[at] === quote) {
        end = this.#endOfQuoted(text, at) + 1;
        if (end === text.length) break;
        row.push(text.slice(at + 1, end - 1).replaceAll(this.#quoted, "$1"));
      } else {
        end = at;
        while (end < text.length && text[end] !== delimiter && text[end] !== "\n") end += 1;
        if (end === text.length) break;
        const field = text.slice(at, end);
        row.push(field === nothing ? null : field);
      }
      if (text[end] === "\n") {
        rows.push(row);
        row = [];
        begin = end + 1;
      }
      at = end;
    }
    this.#begun = [text.slice(begin)];
    return rows;
  }

  /** Where the quote stands that closes the one at `at`: at the end of the text when it is in a later chunk, or may be. */
  #endOfQuoted(text: string, at: number): number {
    const { quote, escape: escaper } = this.#format;
    let i = at + 1;
    for (; i < text.length - 1; i++) {
      const next = text[i + 1];
      if (text[i] === escaper && (next === quote || next === escaper)) i += 1;
      else if (text[i] === quote) return i;
    }
    return text.length - 1;
  }
}

/** Splits a line of the text format where delimiters stand behind no backslash. */
function splitEscaped(line: string, delimiter: string): string[] {
  const fields: string[] = [];
  let start = 0;
  for (let at = 0; at < line.length; at++) {
    if (line[at] === "\\") at += 1;
    else if (line[at] === delimiter) {
      fields.push(line.slice(start, at));
      start = at + 1;
    }
  }
  fields.push(line.slice(start));
  return fields;
}

function unescaped(field: string): string {
  if (!field.includes("\\")) return field;
  return field.replaceAll(/\\([\s\S])/g, (_all, character: string) => TEXT_ESCAPES[character] ?? character);
}

/** Characters as they stand between the brackets of a regular expression. */
function literal(characters: string): string {
  return characters.replaceAll(/[\\\]^-]/g, "\\$&");
}
