/**
 * What is sent together and what the server answers, up to its ReadyForQuery.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { errorFields } from "./server_error.ts";

/** What the server answered. */
export interface Answer {
  /** The types of the parameters, where it was asked to describe a statement. */
  readonly parameters: readonly number[];
  /** The columns, where it was asked to describe a statement. */
  readonly columns: readonly { readonly name: string; readonly type: number }[];
  /** The DataRow messages as they came, one after the other. */
  readonly rows: Uint8Array<ArrayBuffer>;
  /** How many rows were returned or changed. */
  readonly rowCount: number;
  /** What the server calls the statement: `SELECT`, `INSERT`, … */
  readonly command: string;
  /** The fields of its ErrorResponse. */
  readonly error: Readonly<Record<string, string>> | undefined;
  /** Whether it began COPY, which is refused here. */
  readonly isCopy: boolean;
  /** Where the connection is then: "I" outside a transaction, "T" in one, "E" in one that has failed. */
  readonly status: string;
}

/** From how many bytes on it is worth it not to fill memory with zeros first. */
const LARGE = 4096;

/** Gathers an answer. */
export class Exchange implements Answer {
  parameters: readonly number[] = [];
  columns: readonly { readonly name: string; readonly type: number }[] = [];
  rowCount = 0;
  command = "";
  error: Readonly<Record<string, string>> | undefined;
  isCopy = false;
  status = "";
  #rows: Uint8Array[] = [];
  #counted = 0;
  readonly #settle: (answer: Answer | undefined) => void;

  /** @param settle Called once: with the answer, or with `undefined` when the connection was lost before. */
  constructor(settle: (answer: Answer | undefined) => void) {
    this.#settle = settle;
  }

  /** In memory of their own: what came from the socket holds other things too. */
  get rows(): Uint8Array<ArrayBuffer> {
    const size = this.#rows.reduce((sum, part) => sum + part.length, 0);
    const rows = size < LARGE ? new Uint8Array(size) : uninitialized(size);
    let at = 0;
    for (const part of this.#rows) {
      rows.set(part, at);
      at += part.length;
    }
    return rows;
  }

  /** Some DataRow messages, or a part of one, and how many of them begin there. */
  addRows(part: Uint8Array, count: number): void {
    // What comes of a COPY nobody will see.
    if (this.isCopy) return;
    this.#rows.push(part);
    this.#counted += count;
  }

  /** Another message, whose body stands from `start` to `end`. Returns whether it was the last. */
  add(kind: number, bytes: Buffer, start: number, end: number): boolean {
    switch (kind) {
      case 0x74: // "t"
        this.parameters = parameterDescription(bytes.subarray(start, end));
        break;
      case 0x54: // "T"
        this.columns = rowDescription(bytes.subarray(start, end));
        break;
      case 0x43: // "C"
        this.#complete(bytes.toString("latin1", start, end - 1));
        break;
      case 0x73: // "s"
        this.rowCount = this.#counted;
        break;
      case 0x45: // "E"
        this.error = errorFields(bytes.subarray(start, end));
        break;
      case 0x47: // "G"
      case 0x48: // "H"
        this.isCopy = true;
        break;
      case 0x5a: // "Z"
        this.status = String.fromCharCode(bytes[start] as number);
        this.#settle(this);
        return true;
    }
    return false;
  }

  /** The connection was lost. */
  lose(): void {
    this.#settle(this.error === undefined ? undefined : this);
  }

  /** "INSERT 0 1", "SELECT 5", "CREATE TABLE" */
  #complete(tag: string): void {
    const end = tag.search(/ \d/);
    this.command = end === -1 ? tag : tag.slice(0, end);
    this.rowCount = end === -1 ? this.#counted : Number(tag.slice(tag.lastIndexOf(" ") + 1));
  }
}

function parameterDescription(body: Buffer): number[] {
  return Array.from({ length: body.readUInt16BE(0) }, (_, i) => body.readUInt32BE(2 + i * 4));
}

function rowDescription(body: Buffer): { name: string; type: number }[] {
  let at = 2;
  return Array.from({ length: body.readUInt16BE(0) }, () => {
    const end = body.indexOf(0, at);
    const name = body.toString("utf8", at, end);
    const type = body.readUInt32BE(end + 7);
    at = end + 19;
    return { name, type };
  });
}

function uninitialized(size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
}
