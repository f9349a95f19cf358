/**
 * The exchange of a script: several statements in one message, which the server answers one after the other.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { COMMAND_COMPLETE, COPY_IN_RESPONSE, READY_FOR_QUERY, ROW_DESCRIPTION } from "./codes.ts";
import { type Answer, Exchange } from "./exchange.ts";

/** What one statement of a script has given. */
export interface StatementAnswer {
  readonly answer: Exchange;
  /** Which of its columns came in binary form: those of a binary cursor. */
  readonly areBinary: readonly boolean[];
}

export class ScriptExchange extends Exchange {
  /** How many statements it may have at most. */
  readonly count: number;
  /** The answers to those that are done. */
  readonly done: StatementAnswer[] = [];
  readonly #refuseCopy: () => void;
  #current = new Exchange();
  #areBinary: readonly boolean[] = [];

  /**
   * @param count How many statements it may have at most.
   * @param refuseCopy Tells the server that no data comes for a COPY.
   * @param onAnswer Called once: with the answer, or with `undefined` when the connection was lost before.
   */
  constructor(count: number, refuseCopy: () => void, onAnswer: (answer: Answer | undefined) => void) {
    super(onAnswer);
    this.count = count;
    this.#refuseCopy = refuseCopy;
  }

  override addRows(bytes: Uint8Array, from: number, to: number, count: number): void {
    this.#current.addRows(bytes, from, to, count);
  }

  override add(kind: number, bytes: Buffer, start: number, end: number): boolean {
    // This message ends the COPY by itself: in the simple protocol a Sync would be answered besides.
    if (kind === COPY_IN_RESPONSE) this.#refuseCopy();
    else if (kind === READY_FOR_QUERY) return super.add(kind, bytes, start, end);
    else this.#current.add(kind, bytes, start, end);
    if (kind === ROW_DESCRIPTION) this.#areBinary = binaryColumns(bytes.subarray(start, end));
    this.error = this.#current.error;
    if (kind !== COMMAND_COMPLETE) return false;
    this.done.push({ answer: this.#current, areBinary: this.#areBinary });
    this.#current = new Exchange();
    this.#areBinary = [];
    return false;
  }
}

function binaryColumns(body: Buffer): boolean[] {
  let at = 2;
  return Array.from({ length: body.readUInt16BE(0) }, () => {
    at = body.indexOf(0, at) + 19;
    return body.readInt16BE(at - 2) === 1;
  });
}
