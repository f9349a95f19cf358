/**
 * What COPY reads: rows, strings and bytes, put together into chunks of bytes.
 *
 * @module
 */

import type { CopyFormat } from "./copy_options.ts";
import { copyValue } from "./copy_value.ts";
import { EndMarker } from "./end_marker.ts";

/** What may be copied from: rows, each the values of its columns; or text or bytes in the format of the COPY. */
export type CopyItem = readonly unknown[] | string | Uint8Array;

/** How large a chunk becomes before it is sent, in bytes, roughly. */
const CHUNK = 2 ** 16;

/** The escapes of the text format; any other character may stand behind a backslash for itself. */
const TEXT_ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};

export class CopyWriter {
  readonly #format: CopyFormat;
  readonly #special: RegExp;
  readonly #allSpecial: RegExp;
  /** Values that would be read as something else when they stood there bare. */
  readonly #markers: readonly string[];
  /** Why this COPY takes no rows, or no text. */
  readonly #refusesRows: string | undefined;
  readonly #refusesText: string | undefined;
  readonly #encoder = new TextEncoder();
  readonly #marker: EndMarker;
  /** Whether there was text or bytes, which may hold what ends the data. */
  #isRaw = false;
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #size = 0;
  #text = "";
  #count = 0;

  constructor(format: CopyFormat) {
    this.#format = format;
    this.#marker = new EndMarker(format);
    const { kind, delimiter, quote, escape: escaper, encoding } = format;
    const special = kind === "csv" ? `\r\n${delimiter}${quote}${escaper}` : `\b\t\n\v\f\r\\${delimiter}`;
    const set = `[${special.replaceAll(/[\\\]^-]/g, "\\$&")}]`;
    this.#special = new RegExp(set);
    this.#allSpecial = new RegExp(set, "g");
    this.#markers = [format.null, ...(format.default === undefined ? [] : [format.default])];
    if (encoding !== undefined && !/^utf-?8$/i.test(encoding)) {
      this.#refusesText = `the COPY is in ${encoding}; give bytes, or leave the option out`;
    }
    if (kind === "binary") this.#refusesRows = "the COPY is in binary; give bytes, or copy as text or csv";
    else if (format.header === "match") {
      this.#refusesRows = "the COPY matches a header; leave the option out, or give lines of text";
    } else this.#refusesRows = this.#refusesText;
  }

  /**
   * Adds what comes next.
   *
   * @returns A chunk to send, when there is enough for one.
   * @throws {TypeError} When a value can be written as no text, or the format of the COPY does not allow what is given.
   */
  add(item: CopyItem): Uint8Array<ArrayBuffer> | undefined {
    if (!Array.isArray(item)) this.#isRaw = true;
    if (item instanceof Uint8Array) {
      this.#endText(false);
      // Copied: the chunk moves to another thread, and what the caller gave is the caller's.
      this.#push(new Uint8Array(item));
    } else {
      this.#text += typeof item === "string" ? this.#checked(item) : this.#row(item);
    }
    this.#count += 1;
    if (this.#size + this.#text.length < CHUNK) return undefined;
    this.#endText(true);
    return this.#chunk();
  }

  /** What is left to send; `undefined` for nothing. */
  end(): Uint8Array<ArrayBuffer> | undefined {
    this.#endText(false);
    return this.#chunk();
  }

  #chunk(): Uint8Array<ArrayBuffer> | undefined {
    const pieces = this.#pieces;
    if (pieces.length < 2) {
      this.#pieces = [];
      this.#size = 0;
      return pieces[0];
    }
    const chunk = new Uint8Array(this.#size);
    let offset = 0;
    for (const piece of pieces) {
      chunk.set(piece, offset);
      offset += piece.length;
    }
    this.#pieces = [];
    this.#size = 0;
    return chunk;
  }

  #endText(goesOn: boolean): void {
    // Text may come in pieces that part a pair of surrogates.
    const isParted = goesOn && /[\ud800-\udbff]$/.test(this.#text);
    const text = isParted ? this.#text.slice(0, -1) : this.#text;
    if (text === "") return;
    if (!text.isWellFormed()) {
      throw new TypeError(
        "copy from text: the source holds half of a surrogate pair, which is no text in UTF-8; give whole characters",
      );
    }
    this.#text = this.#text.slice(text.length);
    this.#push(this.#encoder.encode(text));
  }

  #push(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#isRaw) this.#marker.check(bytes);
    this.#pieces.push(bytes);
    this.#size += bytes.length;
  }

  #checked(text: string): string {
    if (this.#refusesText !== undefined) throw this.#misfit(`it is text, but ${this.#refusesText}`);
    return text;
  }

  #row(values: readonly unknown[]): string {
    if (!Array.isArray(values)) {
      throw this.#misfit(
        `it is ${describe(values)}; give rows as arrays, or text or bytes as the COPY has them`,
      );
    }
    if (this.#refusesRows !== undefined) throw this.#misfit(`it is a row, but ${this.#refusesRows}`);
    const { delimiter, header } = this.#format;
    // The server skips the first line, whatever it says.
    let line = this.#count === 0 && header ? "\n" : "";
    for (let i = 0; i < values.length; i++) {
      if (i > 0) line += delimiter;
      line += this.#field(values[i], i);
    }
    return `${line}\n`;
  }

  #field(value: unknown, column: number): string {
    if (value === null) return this.#format.null;
    let text: string;
    try {
      text = typeof value === "string" ? value : copyValue(value);
    } catch (error) {
      throw this.#misfit((error as Error).message, column);
    }
    if (!text.isWellFormed())
      throw this.#misfit("it holds half of a surrogate pair, which is no text in UTF-8", column);
    return this.#format.kind === "csv" ? this.#csvField(text) : this.#textField(text, column);
  }

  #csvField(text: string): string {
    // Bare, `\.` alone on a line would end the data.
    if (!this.#special.test(text) && !this.#markers.includes(text) && text !== "\\.") return text;
    const { quote, escape: escaper } = this.#format;
    const escaped = escaper === quote ? text : text.replaceAll(escaper, escaper + escaper);
    return quote + escaped.replaceAll(quote, escaper + quote) + quote;
  }

  #textField(text: string, column: number): string {
    const escaped = this.#special.test(text)
      ? text.replaceAll(this.#allSpecial, (character) => TEXT_ESCAPES[character] ?? `\\${character}`)
      : text;
    if (!this.#markers.includes(escaped)) return escaped;
    if (escaped === "")
      throw this.#misfit("it is empty, and that stands for null; choose another null", column);
    // The server compares before it takes escapes for what they mean.
    const first = escaped.codePointAt(0) as number;
    return first < 0x80 ? `\\${first.toString(8).padStart(3, "0")}${escaped.slice(1)}` : `\\${escaped}`;
  }

  #misfit(what: string, column?: number): TypeError {
    const place = column === undefined ? `item ${this.#count}` : `row ${this.#count}, column ${column}`;
    return new TypeError(`copy from rows: ${place}: ${what}`);
  }
}

function describe(value: unknown): string {
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
