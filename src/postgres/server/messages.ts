/**
 * What is sent to the server: the messages of the extended query protocol.
 *
 * @module
 */

import { Buffer } from "node:buffer";

const EMPTY = 256;

const EXECUTE_AND_SYNC = Buffer.from("E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04", "latin1");
const SYNC = Buffer.from("S\0\0\0\x04", "latin1");

/** Messages that are sent together. */
export class Messages {
  #bytes = Buffer.allocUnsafe(EMPTY);
  #at = 0;

  /** Has the server make a statement, and describe its parameters and columns. */
  prepare(name: string, text: string): this {
    this.#message("P", () => {
      this.#string(name);
      this.#string(text);
      // No type is given: the server infers each from where it stands.
      this.#int16(0);
    });
    return this.#describe(name);
  }

  /** Has the server forget a statement. */
  close(name: string): this {
    return this.#message("C", () => this.#string(`S${name}`));
  }

  /**
   * Has the server make a portal: a statement with its parameters, ready to run.
   *
   * @param portal The portal. One without a name lasts until the next.
   * @param name The statement.
   * @param values Its parameters: text, bytes in binary form, or null.
   * @param resultFormats The forms that the columns come in, as the protocol has them.
   */
  bind(
    portal: string,
    name: string,
    values: readonly (string | Uint8Array | null)[],
    resultFormats: Uint8Array,
  ): this {
    return this.#message("B", () => {
      this.#string(portal);
      this.#string(name);
      this.#formats(values);
      this.#int16(values.length);
      for (const value of values) this.#value(value);
      this.#raw(resultFormats);
    });
  }

  /** Has the server run the portal that has no name. */
  executeAndSync(): this {
    return this.#raw(EXECUTE_AND_SYNC);
  }

  /** Has the server run a portal until it has given so many rows more. */
  fetch(portal: string, count: number): this {
    return this.#message("E", () => {
      this.#string(portal);
      this.#int32(count);
    });
  }

  /** Has the server forget a portal. */
  closePortal(portal: string): this {
    return this.#message("C", () => this.#string(`P${portal}`));
  }

  /** Ends what is answered together. */
  sync(): this {
    return this.#raw(SYNC);
  }

  /** Has the server run SQL of several statements. */
  query(text: string): this {
    return this.#message("Q", () => this.#string(text));
  }

  /** Sends data that COPY asks for. */
  copyData(data: Uint8Array): this {
    return this.#message("d", () => {
      this.#raw(data);
    });
  }

  /** Ends the data that COPY asks for. */
  copyDone(): this {
    return this.#message("c", () => {});
  }

  /** Refuses to send what COPY asks for. */
  copyFail(reason: string): this {
    return this.#message("f", () => this.#string(reason));
  }

  /** What to send. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  #describe(name: string): this {
    return this.#message("D", () => this.#string(`S${name}`));
  }

  #formats(values: readonly unknown[]): void {
    if (!values.some((value) => value instanceof Uint8Array)) {
      this.#int16(0);
      return;
    }
    this.#int16(values.length);
    for (const value of values) this.#int16(value instanceof Uint8Array ? 1 : 0);
  }

  #value(value: string | Uint8Array | null): void {
    if (value === null) {
      this.#int32(-1);
      return;
    }
    const start = this.#at;
    this.#int32(0);
    if (typeof value === "string") this.#text(value);
    else this.#raw(value);
    this.#bytes.writeInt32BE(this.#at - start - 4, start);
  }

  #message(kind: string, write: () => void): this {
    this.#reserve(5);
    this.#bytes[this.#at] = kind.charCodeAt(0);
    const start = this.#at + 1;
    this.#at += 5;
    write();
    this.#bytes.writeInt32BE(this.#at - start, start);
    return this;
  }

  #string(text: string): void {
    if (text.includes("\0")) {
      throw new TypeError("run a query: it holds a NUL character, which Postgres has no way to take");
    }
    if (!text.isWellFormed()) {
      throw new TypeError("run a query: it holds half of a surrogate pair, which is no text in UTF-8");
    }
    this.#text(text);
    this.#reserve(1);
    this.#bytes[this.#at++] = 0;
  }

  #text(text: string): void {
    // The most bytes that a string can take in UTF-8.
    this.#reserve(text.length * 3);
    this.#at += this.#bytes.write(text, this.#at, "utf8");
  }

  #int16(value: number): void {
    this.#reserve(2);
    this.#at = this.#bytes.writeUInt16BE(value, this.#at);
  }

  #int32(value: number): void {
    this.#reserve(4);
    this.#at = this.#bytes.writeInt32BE(value, this.#at);
  }

  #raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  #reserve(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}
