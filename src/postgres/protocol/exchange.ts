/**
 * What is sent together and what the server answers, up to its ReadyForQuery.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as code from "./codes.ts";
import { errorFields } from "./server_error.ts";

/** What the server answered. */
export interface Answer {
  /** The types of the parameters, where it was asked to describe a statement. */
  readonly parameters: readonly number[];
  /** The columns, where it was asked to describe a statement. */
  readonly columns: readonly { readonly name: string; readonly type: number }[];
  /** The DataRow messages as they came, one after the other, with room before them. In memory of their own. */
  rowsBehind(room: number): Uint8Array<ArrayBuffer>;
  /** How many rows were returned or changed. */
  readonly rowCount: number;
  /** What the server calls the statement: `SELECT`, `INSERT`, … */
  readonly command: string;
  /** The fields of its ErrorResponse. */
  readonly error: Readonly<Record<string, string>> | undefined;
  /** Whether the server has taken the values: only then it runs the statement. */
  readonly isBound: boolean;
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
  error: Readonly<Record<string, string>> | undefined;
  /** How often the server has taken values for a statement. */
  bound = 0;
  isCopy = false;
  /** Whether something has come. */
  isBegun = false;
  status = "";
  /** How many bytes the rows are. */
  size = 0;
  /** Most answers come in one piece: then no list is made. */
  #piece: Uint8Array | undefined;
  #from = 0;
  #to = 0;
  #pieces: Uint8Array[] | undefined;
  #counted = 0;
  /** Where the server's name for the statement stands: few ask for it. */
  #tag: Buffer | undefined;
  #tagFrom = 0;
  #tagTo = 0;
  readonly #onAnswer: ((answer: Answer | undefined) => void) | undefined;

  /** @param onAnswer Called once: with the answer, or with `undefined` when the connection was lost before. */
  constructor(onAnswer?: (answer: Answer | undefined) => void) {
    this.#onAnswer = onAnswer;
  }

  get isBound(): boolean {
    return this.bound > 0;
  }

  /** "INSERT", "SELECT", "CREATE TABLE" */
  get command(): string {
    const tag = this.#tag?.toString("latin1", this.#tagFrom, this.#tagTo) ?? "";
    const end = tag.search(/ \d/);
    return end === -1 ? tag : tag.slice(0, end);
  }

  /** In memory of their own: what came from the socket holds other things too. */
  rowsBehind(room: number): Uint8Array<ArrayBuffer> {
    const size = room + this.size;
    const target = size < LARGE ? new Uint8Array(size) : uninitialized(size);
    if (this.#pieces !== undefined) {
      let at = room;
      for (const piece of this.#pieces) {
        target.set(piece, at);
        at += piece.length;
      }
    } else if (this.#piece !== undefined) {
      target.set(viewOf(this.#piece, this.#from, this.#to), room);
    }
    return target;
  }

  /** Takes some DataRow messages, or a part of one. `count` of them begin there. */
  addRows(bytes: Uint8Array, from: number, to: number, count: number): void {
    // The data of a COPY is dropped: execute() refuses it.
    if (this.isCopy) return;
    this.#counted += count;
    this.size += to - from;
    if (this.#piece === undefined) {
      this.#piece = bytes;
      this.#from = from;
      this.#to = to;
      return;
    }
    this.#pieces ??= [viewOf(this.#piece, this.#from, this.#to)];
    this.#pieces.push(viewOf(bytes, from, to));
  }

  /** Takes another message, whose body stands from `start` to `end`. Returns whether it was the last. */
  add(kind: number, bytes: Buffer, start: number, end: number): boolean {
    switch (kind) {
      case code.COMMAND_COMPLETE:
        this.#complete(bytes, start, end - 1);
        return false;
      case code.READY_FOR_QUERY:
        this.status =
          bytes[start] === code.STATUS_IDLE ? code.IDLE : String.fromCharCode(bytes[start] as number);
        return true;
      case code.PARAMETER_DESCRIPTION:
        this.parameters = parameterDescription(bytes.subarray(start, end));
        return false;
      case code.ROW_DESCRIPTION:
        this.columns = rowDescription(bytes.subarray(start, end));
        return false;
      case code.PORTAL_SUSPENDED:
        this.rowCount = this.#counted;
        return false;
      case code.ERROR_RESPONSE:
        this.error = errorFields(bytes.subarray(start, end));
        return false;
      case code.COPY_IN_RESPONSE:
      case code.COPY_OUT_RESPONSE:
        this.isCopy = true;
        return false;
      default:
        return false;
    }
  }

  /** All has come. */
  settle(): void {
    this.#onAnswer?.(this);
  }

  /** The connection was lost. */
  lose(): void {
    this.#onAnswer?.(this.error === undefined ? undefined : this);
  }

  /** Reads "INSERT 0 12", "SELECT 5" or "CREATE TABLE": the number at the end is that of the rows. */
  #complete(bytes: Buffer, start: number, end: number): void {
    let count = 0;
    let at = end;
    for (let digit = 1; at > start; at--, digit *= 10) {
      const value = (bytes[at - 1] as number) - 0x30;
      if (value < 0 || value > 9) break;
      count += value * digit;
    }
    this.rowCount = at < end ? count : this.#counted;
    this.#tag = bytes;
    this.#tagFrom = start;
    this.#tagTo = end;
  }
}

function viewOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
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
