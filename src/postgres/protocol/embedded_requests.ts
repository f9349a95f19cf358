/**
 * What a client sends to PGlite, divided into what is to be run at once.
 *
 * PGlite runs a message to its end, and takes what it was not given for the end of the connection. So a COPY from the client is run
 * together with its data, and where no data may come, a CopyFail goes along: outside a COPY it has no effect.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { isCopyFromClient } from "../copy_format/copy_options.ts";
import * as code from "./codes.ts";
import { MessageWriter } from "./message_writer.ts";

export type EmbeddedRequest =
  /** The first packet of a connection. */
  | { readonly kind: "startup"; readonly bytes: Buffer }
  /** Messages to run. `isReady`: whether the answer ends with ReadyForQuery. */
  | { readonly kind: "run"; readonly bytes: Buffer; readonly isReady: boolean }
  /** The client is to send the data of a COPY. */
  | { readonly kind: "copy" };

const SYNC = 0x53; // "S"
const FLUSH = 0x48; // "H"

const HEADER = 5;

const NO_DATA_COMES = Buffer.from(new MessageWriter().copyFail("the client sends no data").bytes);

export class EmbeddedRequests {
  /** The beginning of what can only be run with what comes next. */
  #rest: Buffer = Buffer.alloc(0);
  #isStarted = false;
  /** The COPY that data is gathered for, and the data. */
  #copy: Buffer[] | undefined;
  /** Whether a statement was prepared that may be a COPY from the client. */
  #mayCopy = false;

  /** Takes what the client has sent. */
  *read(chunk: Buffer): Generator<EmbeddedRequest> {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = bytes;
    if (!this.#isStarted) {
      if (bytes.length < 4 || bytes.length < bytes.readUInt32BE(0)) return;
      const size = bytes.readUInt32BE(0);
      const packet = bytes.subarray(0, size);
      this.#isStarted = packet.readUInt32BE(4) >>> 16 === 3;
      bytes = bytes.subarray(size);
      this.#rest = bytes;
      yield { kind: "startup", bytes: packet };
      if (!this.#isStarted) return;
    }
    const parts: Buffer[] = [];
    let from = 0;
    for (let at = 0; at + HEADER <= bytes.length; ) {
      const end = at + 1 + bytes.readUInt32BE(at + 1);
      if (end > bytes.length) break;
      const message = bytes.subarray(at, end);
      at = end;
      const kind = message[0];
      if (kind === code.PARSE && /copy[\s\S]*stdin/i.test(message.toString("latin1"))) this.#mayCopy = true;
      if (kind === code.EXECUTE && this.#mayCopy) {
        parts.push(bytes.subarray(from, end), NO_DATA_COMES);
        from = end;
        continue;
      }
      const isQuery = kind === code.QUERY;
      if (this.#copy === undefined && !isQuery && kind !== SYNC && kind !== FLUSH) continue;
      // What stood before a Query without a Sync is run with it.
      const before = parts.splice(0);
      const run = bytes.subarray(from, end);
      from = end;
      this.#rest = bytes.subarray(end);
      if (this.#copy !== undefined) {
        const all = this.#gather(this.#copy, message);
        if (all !== undefined) yield { kind: "run", bytes: all, isReady: true };
      } else if (isQuery) {
        const text = message.toString("utf8", HEADER, message.length - 1);
        if (isCopyFromClient(text)) {
          this.#copy = [...before, run];
          yield { kind: "copy" };
        } else {
          const ended = /\bcopy\b/i.test(text) ? [...before, run, NO_DATA_COMES] : [...before, run];
          yield { kind: "run", bytes: joined(ended), isReady: true };
        }
      } else yield { kind: "run", bytes: joined([...before, run]), isReady: kind === SYNC };
    }
  }

  /** Adds a message to those of a COPY; returns all of them where it was the last. */
  #gather(copy: Buffer[], message: Buffer): Buffer | undefined {
    const kind = message[0];
    const isLast = kind === code.COPY_DONE || kind === code.COPY_FAIL;
    // Others have no effect during a COPY.
    if (isLast || kind === code.COPY_DATA) copy.push(message);
    if (!isLast) return undefined;
    this.#copy = undefined;
    return Buffer.concat(copy);
  }
}

function joined(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}
