/**
 * A COPY under way: the exchange that its data belongs to.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { COPY_IN_RESPONSE, COPY_OUT_RESPONSE } from "./codes.ts";
import { type Answer, Exchange } from "./exchange.ts";

/** What takes the data of a COPY. */
export interface CopyEvents {
  /** The server is ready for data, or about to send it. */
  onStart(): void;
  /** A part of the CopyData messages, as they come: cut anywhere. */
  onData(part: Uint8Array): void;
}

export class CopyExchange extends Exchange {
  readonly #events: CopyEvents;

  constructor(events: CopyEvents, settle: (answer: Answer | undefined) => void) {
    super(settle);
    this.#events = events;
  }

  override addRows(bytes: Uint8Array, from: number, to: number): void {
    this.#events.onData(bytes.subarray(from, to));
  }

  override add(kind: number, bytes: Buffer, start: number, end: number): boolean {
    if (kind !== COPY_IN_RESPONSE && kind !== COPY_OUT_RESPONSE) return super.add(kind, bytes, start, end);
    this.#events.onStart();
    return false;
  }
}
