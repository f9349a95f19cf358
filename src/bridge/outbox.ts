/**
 * Writes the messages of one end and sends them.
 *
 * @module
 */

import { Writer } from "../wire/codec.ts";
import type { ModuleNumbers } from "../wire/expression_codec.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { Channel } from "./channel.ts";
import { Crossing } from "./crossing.ts";
import type { References, Scope } from "./references.ts";

/** Writes the fields of a message. With `instead`, an outcome that takes the place of the one that cannot cross. */
export type WriteFields = (writer: Writer<Crossing>, instead?: Outcome) => void;

export class Outbox<Kind extends string> {
  readonly #channel: Channel;
  readonly #kinds: readonly Kind[];
  readonly #references: References;
  readonly #modules: ModuleNumbers | undefined;
  readonly #crossing: Crossing;
  readonly #writer: Writer<Crossing>;
  #busy = false;

  constructor(channel: Channel, kinds: readonly Kind[], references: References, modules?: ModuleNumbers) {
    this.#channel = channel;
    this.#kinds = kinds;
    this.#references = references;
    this.#modules = modules;
    this.#crossing = new Crossing(references, modules);
    this.#writer = new Writer(this.#crossing);
  }

  /**
   * Sends a message of `kind`; its functions are kept for `scope`.
   *
   * Where a value in it cannot cross, a message that has an outcome is written again, with the error that says so as
   * its outcome; for any other the error is thrown, and nothing is sent.
   *
   * @param poke Whether to wake the other end's event loop.
   * @returns The number of the packet.
   */
  send(kind: Kind, scope: Scope | undefined, poke: boolean, write: WriteFields): number {
    // A getter in a value that is being written may itself send: then that message needs a writer of its own.
    if (this.#busy) {
      return new Outbox(this.#channel, this.#kinds, this.#references, this.#modules).send(
        kind,
        scope,
        poke,
        write,
      );
    }
    this.#busy = true;
    try {
      this.#begin(kind, scope);
      try {
        write(this.#writer);
      } catch (value) {
        if (write.length < 2) throw value;
        this.#begin(kind, scope);
        write(this.#writer, { outcome: "threw", value });
      }
      const number = this.#channel.send(this.#writer.finish(), poke);
      this.#crossing.sent();
      return number;
    } finally {
      this.#busy = false;
    }
  }

  #begin(kind: Kind, scope: Scope | undefined): void {
    this.#writer.begin();
    this.#crossing.begin(scope);
    this.#writer.uint(this.#kinds.indexOf(kind));
  }
}
