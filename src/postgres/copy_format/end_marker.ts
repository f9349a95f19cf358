/**
 * What ends the data of a COPY: a line with nothing but `\.`. The server takes no notice of what comes behind it, and says nothing.
 *
 * @module
 */

import type { CopyFormat } from "./copy_options.ts";

const BACKSLASH = 0x5c;
const DOT = 0x2e;
const CR = 0x0d;
const LF = 0x0a;

/** How far the present line is like the marker. */
const PROGRESS = { none: 0, start: 1, backslash: 2, dot: 3, cr: 4, ended: 5 } as const;
type Progress = (typeof PROGRESS)[keyof typeof PROGRESS];

/** Looks for the marker in data that comes in pieces, cut anywhere. */
export class EndMarker {
  readonly #isCsv: boolean;
  readonly #isBinary: boolean;
  readonly #quote: number;
  readonly #escape: number;
  #progress: Progress = PROGRESS.start;
  #inQuotes = false;
  #isEscaped = false;

  constructor({ kind, quote, escape: escaper }: CopyFormat) {
    this.#isCsv = kind === "csv";
    this.#isBinary = kind === "binary";
    this.#quote = quote.charCodeAt(0);
    // A quote that is doubled ends the quotes and begins them again, which comes to the same.
    this.#escape = escaper === quote ? -1 : escaper.charCodeAt(0);
  }

  /**
   * Looks at the next piece.
   *
   * @throws {TypeError} When something stands behind the marker, which would be lost.
   */
  check(bytes: Uint8Array): void {
    if (this.#isBinary) return;
    if (this.#isCsv) this.#checkCsv(bytes);
    else this.#checkText(bytes);
  }

  /** In the text format a backslash belongs to what stands behind it, and `\.` ends the data at the end of any line. */
  #checkText(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.#progress === PROGRESS.start || this.#progress === PROGRESS.none) {
        const found = bytes.indexOf(BACKSLASH, at);
        if (found === -1) return;
        at = found + 1;
        this.#progress = PROGRESS.backslash;
        continue;
      }
      const byte = bytes[at++] as number;
      if (this.#progress === PROGRESS.backslash) this.#progress = byte === DOT ? PROGRESS.dot : PROGRESS.none;
      else this.#progress = this.#afterDot(byte);
    }
  }

  /** In CSV it ends the data where a row begins, not within quotes. */
  #checkCsv(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#progress >= PROGRESS.dot) {
        this.#progress = this.#afterDot(byte);
        if (this.#progress !== PROGRESS.none) continue;
      } else if (byte === BACKSLASH && this.#progress === PROGRESS.start) {
        this.#progress = PROGRESS.backslash;
        continue;
      } else if (byte === DOT && this.#progress === PROGRESS.backslash) {
        this.#progress = PROGRESS.dot;
        continue;
      }
      this.#progress = PROGRESS.none;
      if (this.#inQuotes && byte === this.#escape) this.#isEscaped = !this.#isEscaped;
      if (byte === this.#quote && !this.#isEscaped) this.#inQuotes = !this.#inQuotes;
      if (byte !== this.#escape) this.#isEscaped = false;
      if (!this.#inQuotes && (byte === LF || byte === CR)) this.#progress = PROGRESS.start;
    }
  }

  /** What follows the dot: the end of the line, and then nothing. */
  #afterDot(byte: number): Progress {
    if (this.#progress === PROGRESS.dot) {
      if (byte === LF) return PROGRESS.ended;
      return byte === CR ? PROGRESS.cr : PROGRESS.none;
    }
    if (this.#progress === PROGRESS.cr && byte === LF) return PROGRESS.ended;
    throw new TypeError(
      'copy from text: a line of the source holds nothing but \\., which ends the data to Postgres, and more comes behind it; leave the line out, or write \\\\. in text and "\\." in CSV where it is a value',
    );
  }
}
