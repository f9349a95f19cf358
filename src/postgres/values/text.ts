/**
 * The text in what the server sent.
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
export class Text {
  readonly bytes: Uint8Array;
  readonly #buffer: Buffer;
  /** A part of the bytes, a character for each. */
  #window = "";
  #from = 0;
  #to = 0;

  /** @param bytes Text in UTF-8, and other things between. */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The text from one place to another. */
  slice(start: number, end: number): string {
    if (end - start > SHORT || !this.#isAscii(start, end)) return this.#buffer.toString("utf8", start, end);
    if (start < this.#from || end > this.#to) {
      this.#from = start;
      this.#to = Math.min(start + WINDOW, this.bytes.length);
      this.#window = this.#buffer.toString("latin1", start, this.#to);
    }
    return this.#window.slice(start - this.#from, end - this.#from);
  }

  #isAscii(start: number, end: number): boolean {
    const { bytes } = this;
    for (let i = start; i < end; i++) if ((bytes[i] as number) > 127) return false;
    return true;
  }
}
