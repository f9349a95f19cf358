/**
 * Writes the messages of one end that need the codec, and sends them.
 *
 * @module
 */

import type { Channel } from "../transport/channel.ts";
import { Writer } from "../wire/codec.ts";
import type { ModuleNumbers } from "../wire/expression_codec.ts";
import type { Outcome } from "../wire/protocol.ts";
import { isOverflow } from "../wire/refusal.ts";
import { notMovable } from "../wire/transfer.ts";
import { ReferenceCodec } from "./reference_codec.ts";
import type { ReferenceTable, Scope } from "./reference_table.ts";

/** Writes the body of a message. */
export type WriteBody = (writer: Writer<ReferenceCodec>) => void;

/** Writes the body of a message that holds an outcome, or `instead` where that one cannot cross. */
export type WriteOutcome = (writer: Writer<ReferenceCodec>, instead: Outcome | undefined) => void;

/** The kind of a message, and its numbers. */
export type Header = readonly [kind: number, a?: number, b?: number, c?: number, d?: number];

export class Outbox {
  readonly #channel: Channel;
  readonly #references: ReferenceTable;
  readonly #modules: ModuleNumbers | undefined;
  readonly #placeHere: (() => string | undefined) | undefined;
  readonly #codec: ReferenceCodec;
  readonly #writer: Writer<ReferenceCodec>;
  #busy = false;

  /** @param placeHere Tells where the user's code is that has a message written, on the blocking end. */
  constructor(
    channel: Channel,
    references: ReferenceTable,
    modules?: ModuleNumbers,
    placeHere?: () => string | undefined,
  ) {
    this.#channel = channel;
    this.#references = references;
    this.#modules = modules;
    this.#placeHere = placeHere;
    this.#codec = new ReferenceCodec(references, modules, placeHere);
    this.#writer = new Writer(this.#codec);
  }

  /** Sends a message; its functions are kept for `scope`. Throws where a value in it cannot cross, and sends nothing then. */
  send(header: Header, scope: Scope | undefined, write: WriteBody): void {
    // An accessor in a value that is being written may itself send: then that message needs a writer of its own.
    if (this.#busy) {
      new Outbox(this.#channel, this.#references, this.#modules, this.#placeHere).send(header, scope, write);
      return;
    }
    this.#busy = true;
    try {
      this.#writer.begin();
      this.#codec.begin(scope);
      write(this.#writer);
      const [kind, a = 0, b = 0, c = 0, d = 0] = header;
      const packet = this.#writer.finish();
      try {
        this.#channel.send(kind, a, b, c, d, packet);
      } catch (cause) {
        if (packet.transfer.length === 0) throw cause;
        throw notMovable(cause);
      }
      this.#codec.sent();
    } finally {
      this.#busy = false;
    }
  }

  /** Sends a message that must come: an outcome that cannot cross is replaced by the error that says so. */
  sendOutcome(header: Header, scope: Scope | undefined, write: WriteOutcome): void {
    try {
      this.send(header, scope, (writer) => write(writer, undefined));
    } catch (first) {
      try {
        this.send(header, scope, (writer) => write(writer, { outcome: "threw", value: first }));
      } catch {
        // Not even the error crosses, or another variable does not. This one is of nothing but text.
        const value = isOverflow(first)
          ? new RangeError("send an outcome: the stack is full; nest callbacks less deeply")
          : new TypeError("send an outcome: neither it nor the error that says so can be copied");
        this.send(header, scope, (writer) => write(writer, { outcome: "threw", value }));
      }
    }
  }
}
