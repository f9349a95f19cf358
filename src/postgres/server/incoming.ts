/**
 * What comes from the server, told apart: what answers an exchange of ours, and what the driver is to see.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { Exchange } from "./exchange.ts";

/** What comes in bulk, and is not looked into: rows, and the data of COPY. ("D", "d") */
const BULK: readonly number[] = [0x44, 0x64];

/** What the server sends unasked: the driver sees it, whatever is under way. ("N", "S", "A") */
const UNASKED: readonly number[] = [0x4e, 0x53, 0x41];

const COPY_IN = 0x47; // "G"

const BACKEND_KEY_DATA = 0x4b; // "K"

const HEADER = 5;

export class Incoming {
  /** The exchanges under way, in the order that they were sent in. */
  readonly #exchanges: Exchange[] = [];
  readonly #passOn: (bytes: Buffer) => void;
  readonly #onCopy: () => void;
  /** The beginning of a message that can only be understood with what comes next. */
  #rest: Buffer | undefined;
  /** How much of the present message is still to come. */
  #missing = 0;
  /** Whether the present message is a row of ours; else it is the driver's. */
  #isRow = false;
  /** What the server wants to be shown when a statement is to be cancelled. */
  cancelKey: Uint8Array | undefined;

  /**
   * @param passOn Gives bytes to the driver.
   * @param onCopy Called when the server waits for the data of a COPY that no data comes for.
   */
  constructor(passOn: (bytes: Buffer) => void, onCopy: () => void) {
    this.#passOn = passOn;
    this.#onCopy = onCopy;
  }

  /** Whether an exchange is under way. */
  get isBusy(): boolean {
    return this.#exchanges.length > 0;
  }

  /** Has what comes next, up to ReadyForQuery, answer an exchange. */
  expect(exchange: Exchange): void {
    this.#exchanges.push(exchange);
  }

  /** The connection was lost: nothing more comes. */
  lose(): void {
    for (const exchange of this.#exchanges.splice(0)) exchange.lose();
  }

  /** Takes what has come. */
  receive(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = 0;
    // Where those bytes begin that go to the same place, and how many rows begin in them.
    let from = 0;
    let rows = 0;
    const flush = () => {
      if (at > from) {
        const part = bytes.subarray(from, at);
        if (this.#isRow) this.#exchanges[0]?.addRows(part, rows);
        else this.#passOn(part);
      }
      from = at;
      rows = 0;
    };
    for (;;) {
      const length = Math.min(this.#missing, bytes.length - at);
      at += length;
      this.#missing -= length;
      if (at + HEADER > bytes.length) break;
      const kind = bytes[at] as number;
      const size = 1 + bytes.readUInt32BE(at + 1);
      if (kind === BACKEND_KEY_DATA) {
        if (at + size > bytes.length) break;
        this.cancelKey = bytes.slice(at + HEADER, at + size);
      }
      const isOurs = this.isBusy && !UNASKED.includes(kind);
      if (isOurs && !BULK.includes(kind)) {
        if (at + size > bytes.length) break;
        flush();
        this.#answer(kind, bytes, at + HEADER, at + size);
        at += size;
        from = at;
        continue;
      }
      if (isOurs !== this.#isRow) flush();
      this.#isRow = isOurs;
      this.#missing = size;
      rows++;
    }
    flush();
    if (at < bytes.length) this.#rest = bytes.subarray(at);
  }

  #answer(kind: number, bytes: Buffer, start: number, end: number): void {
    const exchange = this.#exchanges[0] as Exchange;
    if (exchange.add(kind, bytes, start, end)) this.#exchanges.shift();
    else if (kind === COPY_IN && exchange.isCopy) this.#onCopy();
  }
}
