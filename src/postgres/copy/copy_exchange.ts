/**
 * A COPY under way: the exchange that its data belongs to.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { type Answer, Exchange } from "../server/exchange.ts";

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

  override addRows(part: Uint8Array): void {
    this.#events.onData(part);
  }

  override add(kind: number, bytes: Buffer, start: number, end: number): boolean {
    // "G" and "H": what begins a COPY either way.
    if (kind !== 0x47 && kind !== 0x48) return super.add(kind, bytes, start, end);
    this.#events.onStart();
    return false;
  }
}
