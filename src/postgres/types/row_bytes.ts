/**
 * Rows as the server sent them: the bytes, and the text in them.
 *
 * @module
 */

import { Buffer } from "node:buffer";

/** Up to how many bytes a value is cut out of a longer text. */
const SHORT = 64;

/**
 * How long that text is, in bytes. A runtime keeps it alive for as long as a string that was cut out of it, so it must not
 * be long.
 */
const WINDOW = 4096;

/** Reads strings: short ones that are ASCII are cut out of a longer one, which takes a quarter of the time. */
export class RowBytes {
  readonly bytes: Uint8Array;
  #buffer: Buffer | undefined;
  /** A part of the bytes, a character for each. */
  #window = "";
  #from = 0;
  #to = 0;

  /** @param bytes Text in UTF-8, and other things between. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The text from one place to another. */
  slice(start: number, end: number): string {
    const { bytes } = this;
    let isAscii = end - start <= SHORT;
    for (let i = start; isAscii && i < end; i++) isAscii = (bytes[i] as number) < 128;
    this.#buffer ??= Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (!isAscii) return this.#buffer.toString("utf8", start, end);
    if (start < this.#from || end > this.#to) {
      this.#from = start;
      this.#to = Math.min(start + WINDOW, bytes.length);
      this.#window = this.#buffer.toString("latin1", start, this.#to);
    }
    return this.#window.slice(start - this.#from, end - this.#from);
  }
}
