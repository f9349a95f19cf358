/**
 * Tells the server's messages apart: each goes to the exchange that it answers, or to those that the server tells unasked.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import * as code from "./codes.ts";
import type { Exchange } from "./exchange.ts";

/** What the server tells unasked. */
export interface UnaskedEvents {
  onNotification(channel: string, payload: string): void;
  /** A setting of the session has another value now: one of those that the server tells of. */
  onSetting(name: string, value: string): void;
  /** The server waits for the data of a COPY that no data comes for. */
  onCopyIn(): void;
}

/** A message begins with its code and its length. */
const HEADER = 5;

export class MessageRouter {
  /** The exchanges under way, in the order that they were sent in. */
  readonly #exchanges: Exchange[] = [];
  readonly #events: UnaskedEvents;
  /** The beginning of a message that can only be understood with what comes next. */
  #rest: Buffer | undefined;
  /** How much of a row, or of the data of a COPY, is still to come. */
  #missing = 0;

  constructor(events: UnaskedEvents) {
    this.#events = events;
  }

  /** Whether an exchange is under way. */
  get isBusy(): boolean {
    return this.#exchanges.length > 0;
  }

  /** The exchanges under way, the one that the server works on first. */
  get underWay(): readonly Exchange[] {
    return this.#exchanges;
  }

  /** Has what comes next, up to ReadyForQuery, answer an exchange. */
  expect(exchange: Exchange): void {
    this.#exchanges.push(exchange);
  }

  /** The connection was lost: nothing more comes. */
  lose(): void {
    for (const exchange of this.#exchanges.splice(0)) exchange.lose();
  }

  /** Takes what has come. In one function: it runs for each answer. */
  receive(chunk: Buffer): void {
    let bytes = chunk;
    if (this.#rest !== undefined) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = undefined;
    }
    const end = bytes.length;
    let at = 0;
    // Where rows or the data of a COPY begin that go to the exchange together, and how many begin there.
    let from = 0;
    let count = 0;
    if (this.#missing > 0) {
      at = Math.min(this.#missing, end);
      this.#missing -= at;
    }
    while (this.#missing === 0 && at + HEADER <= end) {
      const kind = bytes[at] as number;
      const size =
        1 +
        (((bytes[at + 1] as number) << 24) |
          ((bytes[at + 2] as number) << 16) |
          ((bytes[at + 3] as number) << 8) |
          (bytes[at + 4] as number));
      if (kind === code.DATA_ROW || kind === code.COPY_DATA) {
        count++;
        at += size;
        if (at <= end) continue;
        this.#missing = at - end;
        at = end;
        break;
      }
      if (at + size > end) break;
      if (at > from) {
        this.#exchanges[0]?.addRows(bytes, from, at, count);
        count = 0;
      }
      if (kind !== code.BIND_COMPLETE) this.#route(kind, bytes, at + HEADER, at + size);
      else if (this.#exchanges[0] !== undefined) this.#exchanges[0].bound += 1;
      at += size;
      from = at;
    }
    if (at > from) this.#exchanges[0]?.addRows(bytes, from, at, count);
    if (at < end) this.#rest = bytes.subarray(at);
  }

  #route(kind: number, bytes: Buffer, start: number, end: number): void {
    if (kind === code.NOTIFICATION) {
      // Behind the number of the process that sent it.
      const [channel = "", payload = ""] = bytes.toString("utf8", start + 4, end).split("\0");
      this.#events.onNotification(channel, payload);
      return;
    }
    if (kind === code.PARAMETER_STATUS) {
      const [name = "", value = ""] = bytes.toString("utf8", start, end).split("\0");
      this.#events.onSetting(name, value);
      return;
    }
    if (kind === code.NOTICE) return;
    const exchange = this.#exchanges[0];
    if (exchange === undefined) return;
    // PGlite says twice that it is ready when it has refused something: what has not begun has not ended.
    if (kind === code.READY_FOR_QUERY && !exchange.isBegun && !exchange.isBound) return;
    exchange.isBegun = true;
    if (exchange.add(kind, bytes, start, end)) {
      this.#exchanges.shift();
      exchange.settle();
    } else if (kind === code.COPY_IN_RESPONSE && exchange.isCopy) this.#events.onCopyIn();
  }
}
