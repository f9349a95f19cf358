/**
 * What is sent to the server: the messages of the extended query protocol.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import {
  BIND,
  CLOSE,
  COPY_DATA,
  COPY_DONE,
  COPY_FAIL,
  DESCRIBE,
  EXECUTE,
  OF_PORTAL,
  OF_STATEMENT,
  PARSE,
  QUERY,
  TERMINATE,
} from "./codes.ts";
import { SHORT_BOOLEAN, SHORT_TEXT } from "./exact_values.ts";

const EMPTY = 256;

/** Up to how many characters a text is written by a loop here. */
const LONGEST_SHORT = 200;

/** How many characters a number or a boolean has at most. */
const LONGEST_NUMBER = 25;

/** What has the server run the portal without a name. */
export const EXECUTE_AND_SYNC: Uint8Array = Buffer.from("E\0\0\0\x09\0\0\0\0\0S\0\0\0\x04", "latin1");
const SYNC = Buffer.from("S\0\0\0\x04", "latin1");

/** Messages that are sent together. */
export class MessageWriter {
  #bytes = Buffer.allocUnsafe(EMPTY);
  #at = 0;

  /**
   * Has the server make a statement.
   *
   * @param name Its name. One without a name lasts until the next.
   * @param text Its SQL.
   * @param parameters The OIDs of the parameters' types. The server infers the others, and those that are 0.
   */
  parse(name: string, text: string, parameters: readonly number[] = []): this {
    return this.#message(PARSE, () => {
      this.#string(name);
      this.#string(text);
      this.#int16(parameters.length);
      for (const oid of parameters) this.#int32(oid);
    });
  }

  /** Has the server describe the parameters and the columns of a statement. */
  describe(name: string): this {
    return this.#message(DESCRIBE, () => this.#string(OF_STATEMENT + name));
  }

  /** Has the server forget a statement. */
  close(name: string): this {
    return this.#message(CLOSE, () => this.#string(OF_STATEMENT + name));
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
    return this.#message(BIND, () => {
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
    return this.#message(EXECUTE, () => {
      this.#string(portal);
      this.#int32(count);
    });
  }

  /** Has the server forget a portal. */
  closePortal(portal: string): this {
    return this.#message(CLOSE, () => this.#string(OF_PORTAL + portal));
  }

  /** Ends what is answered together. */
  sync(): this {
    return this.#raw(SYNC);
  }

  /** Has the server run SQL of several statements. */
  query(text: string): this {
    return this.#message(QUERY, () => this.#string(text));
  }

  /** Sends data that COPY asks for. */
  copyData(data: Uint8Array): this {
    return this.#message(COPY_DATA, () => {
      this.#raw(data);
    });
  }

  /** Ends the data that COPY asks for. */
  copyDone(): this {
    return this.#message(COPY_DONE, () => {});
  }

  /** Refuses to send what COPY asks for. */
  copyFail(reason: string): this {
    return this.#message(COPY_FAIL, () => this.#string(reason));
  }

  /** Tells the server that the connection ends. */
  terminate(): this {
    return this.#message(TERMINATE, () => {});
  }

  /**
   * Has the server run a statement that it keeps, in one function: it runs for each query.
   *
   * @param head The portal, the statement and the format of the parameters, as Bind has them.
   * @param values The parameters.
   * @param shortForms Which values of each can be written here.
   * @param tail The forms of the columns, as Bind has them; then Execute and Sync.
   * @returns Whether all could be.
   */
  executeShort(
    head: Uint8Array,
    values: readonly unknown[],
    shortForms: readonly number[],
    tail: Uint8Array,
  ): boolean {
    let room = 7 + head.length + tail.length;
    for (const value of values) room += 4 + (typeof value === "string" ? value.length : LONGEST_NUMBER);
    this.#reserve(room);
    const start = this.#at;
    const bytes = this.#bytes;
    let at = start + 5;
    bytes.set(head, at);
    at += head.length;
    bytes[at++] = values.length >> 8;
    bytes[at++] = values.length;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === null) {
        for (let byte = 0; byte < 4; byte++) bytes[at++] = 0xff;
        continue;
      }
      const form = shortForms[i] as number;
      let text: string;
      if (typeof value === "string" && form === SHORT_TEXT && value.length <= LONGEST_SHORT) text = value;
      else if (typeof value === "number") {
        if (!Number.isInteger(value) || value > form || value < -form || Object.is(value, -0)) return false;
        text = String(value);
      } else if (typeof value === "boolean" && form === SHORT_BOOLEAN) text = value ? "true" : "false";
      else return false;
      const { length } = text;
      bytes[at++] = 0;
      bytes[at++] = 0;
      bytes[at++] = 0;
      bytes[at++] = length;
      for (let place = 0; place < length; place++) {
        const character = text.charCodeAt(place);
        if (character > 127) return false;
        bytes[at++] = character;
      }
    }
    bytes.set(tail, at);
    at += tail.length;
    const size = at - EXECUTE_AND_SYNC.length - start - 1;
    bytes[start] = BIND;
    bytes[start + 1] = size >> 24;
    bytes[start + 2] = size >> 16;
    bytes[start + 3] = size >> 8;
    bytes[start + 4] = size;
    this.#at = at;
    return true;
  }

  /** What to send. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
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

  #message(kind: number, write: () => void): this {
    this.#reserve(5);
    this.#bytes[this.#at] = kind;
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
    this.#at = this.#bytes.writeInt32BE(value | 0, this.#at);
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
