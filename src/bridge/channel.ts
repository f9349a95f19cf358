/**
 * Packets between the two ends of a bridge, whole and in order.
 *
 * A packet that fits goes through the lane's box in shared memory, if the one before it has been taken; any other goes
 * by the port, its bytes transferred, and so does what is attached to one in the box. The numbers on the lane keep the
 * order: a receiver takes packet n + 1 from wherever it stands, and nothing else.
 *
 * @module
 */

import type { Port } from "../runtime/types.ts";
import type { Packet } from "../wire/codec.ts";
import { Patience, Waits } from "./patience.ts";
import { crowd, givePermitBack, takePermit } from "./permits.ts";
import { BOX_BYTES, boxOf, type Lane, Signal } from "./signal.ts";

/** How long the blocking end spins before it sleeps, in milliseconds: a query to a database near by takes less. */
const SPIN = 0.2;

/** How long a blocking thread that is done spins for its next task, in milliseconds: the loop has to wake first. */
const IDLE = 0.1;

/** A packet that has arrived. `bytes` may be reused by the channel when the next one is taken. */
export type Arrived = Pick<Packet, "bytes" | "attachments">;

/** What goes by the port; the poke, which only wakes the other end's event loop, is `null`. */
interface Parcel {
  readonly number: number;
  /**
   * How many bytes stand in the box, or else the bytes. Not a view of them: Deno looks at each element of every view in
   * a message, in search of ports.
   */
  readonly bytes: number | ArrayBuffer;
  readonly attachments: readonly object[];
}

export class Channel {
  readonly #signal: Signal;
  readonly #port: Port;
  readonly #out: Lane;
  readonly #in: Lane;
  readonly #outBox: Uint8Array<SharedArrayBuffer>;
  readonly #inBox: Uint8Array<SharedArrayBuffer>;
  readonly #scratch = new Uint8Array(BOX_BYTES);
  /** Parcels that the event loop has handed over before they were asked for. */
  readonly #handedOver: Parcel[] = [];
  readonly #waits = new Waits();
  readonly #idlePatience = new Patience();
  #sent: number;
  #taken: number;
  #parkedMs = 0;

  constructor(memory: SharedArrayBuffer, port: Port, end: "blocking" | "loop") {
    this.#signal = new Signal(memory);
    this.#port = port;
    this.#in = end === "blocking" ? "toBlocking" : "toLoop";
    this.#out = end === "blocking" ? "toLoop" : "toBlocking";
    this.#inBox = boxOf(memory, this.#in);
    this.#outBox = boxOf(memory, this.#out);
    this.#sent = this.#signal.published(this.#out);
    this.#taken = this.#signal.taken(this.#in);
  }

  /** Calls `listener` from the event loop when packets may have arrived: then `take` them all. */
  listen(listener: () => void): void {
    this.#port.listen((message) => {
      if (message !== null) this.#handedOver.push(message as Parcel);
      listener();
    });
  }

  /**
   * Sends a packet and returns its number. `poke` wakes the other end's event loop, unless that is attentive; a parked
   * end wakes in any case.
   */
  send(packet: Packet, poke: boolean): number {
    const number = after(this.#sent);
    const { bytes, attachments } = packet;
    const boxIsFree = this.#signal.taken(this.#out) === this.#sent;
    const fits = boxIsFree && bytes.length <= BOX_BYTES;
    const boxed = fits && attachments.length === 0;
    if (fits) copy(bytes, this.#outBox);
    if (boxed) {
      this.#signal.box(this.#out, number, bytes.length);
    } else if (fits) {
      const parcel: Parcel = { number, bytes: bytes.length, attachments };
      this.#port.post(parcel, packet.transfer);
    } else {
      const { buffer } = bytes.slice();
      const parcel: Parcel = { number, bytes: buffer, attachments };
      this.#port.post(parcel, [buffer, ...packet.transfer]);
    }
    // Only now: what cannot be posted throws, and then the number is free for the next packet.
    this.#sent = number;
    this.#signal.publish(this.#out, number);
    // A parcel is a poke itself.
    if (poke && boxed && !this.#signal.isAttended(this.#out)) this.#port.post(null);
    return number;
  }

  /** Takes the next packet, if it has arrived. */
  take(): Arrived | undefined {
    const number = after(this.#taken);
    for (;;) {
      const length = this.#signal.boxed(this.#in, number);
      if (length >= 0) return { bytes: this.#takeBoxed(number, length), attachments: [] };
      const first = this.#handedOver[0];
      if (first?.number === number) {
        this.#handedOver.shift();
        const { bytes, attachments } = first;
        if (typeof bytes === "number") return { bytes: this.#takeBoxed(number, bytes), attachments };
        this.#counted(number);
        return { bytes: new Uint8Array(bytes), attachments };
      }
      // Nothing has been published, so at most a poke stands at the port, and the event loop may have it.
      if (this.#signal.published(this.#in) === this.#taken) return undefined;
      const next = this.#port.receive();
      if (next === undefined) return undefined;
      if (next.message !== null) this.#handedOver.push(next.message as Parcel);
      // And look at the box again: since the last look it may have been filled, before this poke or parcel was
      // posted. The poke is gone now, and the parcel may be the packet after the box's.
    }
  }

  #takeBoxed(number: number, length: number): Uint8Array {
    // Copied first: the sender may write the box again as soon as the packet counts as taken.
    const bytes = this.#scratch.subarray(0, length);
    copy(this.#inBox, bytes);
    this.#counted(number);
    return bytes;
  }

  /** The blocking end: takes the next packet, parking until it has come or `ms` have passed. */
  await(ms: number = Number.POSITIVE_INFINITY): Arrived | undefined {
    const begun = performance.now();
    const arrived = this.take();
    if (arrived !== undefined) return arrived;
    this.#signal.park();
    const spin = this.#waits.next(Math.min(SPIN, ms));
    const spun = spin > 0 ? this.#spin(begun + spin) : "not at all";
    try {
      return this.#sleep(begun + ms);
    } finally {
      const took = performance.now() - begun;
      if (spun === "refused") this.#waits.refused();
      else if (spun === "in vain") this.#waits.wasInVain(took);
      else this.#waits.took(took);
      this.#parkedMs += took;
      this.#signal.unpark(this.#parkedMs);
    }
  }

  /** Spins until a packet has come, `until`, or others need the core. */
  #spin(until: number): "came" | "in vain" | "refused" {
    if (!takePermit(this.#signal.number)) return "refused";
    const before = crowd();
    const giveUp = () => crowd() !== before || performance.now() >= until;
    const hasCome = this.#signal.spin(this.#in, this.#taken, giveUp);
    givePermitBack(this.#signal.number);
    return hasCome ? "came" : "in vain";
  }

  #sleep(deadline: number): Arrived | undefined {
    for (;;) {
      const arrived = this.take();
      if (arrived !== undefined) return arrived;
      const left = deadline - performance.now();
      if (left <= 0 || this.#signal.dead) return undefined;
      // A parcel may be published an instant before the port gives it: then it is looked for again, without sleeping.
      if (!this.hasArrived) this.#signal.sleep(this.#taken, left);
    }
  }

  /** Whether the other end need not poke this one's event loop, because this end will look before it goes back to it. */
  set attentive(attentive: boolean) {
    this.#signal.attend(this.#in, attentive);
  }

  /** Whether the other end will see a packet at once: it does not sleep, in a wait or in its event loop. */
  get isAwake(): boolean {
    return this.#signal.parked ? !this.#signal.asleep : this.#signal.isAttended(this.#out);
  }

  /** Whether a packet has come that was not taken. */
  get hasArrived(): boolean {
    return this.#signal.published(this.#in) !== this.#taken;
  }

  /**
   * Whether the next packet can be taken from the box. A parcel cannot while the event loop holds it (Deno's does, for a
   * while), but comes by itself.
   */
  get isBoxed(): boolean {
    return this.#signal.boxed(this.#in, after(this.#taken)) >= 0;
  }

  /** The loop end: looks for the next packet for up to `ms` milliseconds. Returns whether it has come. */
  linger(ms: number): boolean {
    if (this.hasArrived) return false;
    const until = performance.now() + ms;
    return this.#signal.spin(this.#in, this.#taken, () => performance.now() >= until);
  }

  /** The blocking end: looks for the next task before it goes back to its event loop. Returns whether it has come. */
  idle(): boolean {
    if (this.hasArrived || !this.#idlePatience.stays()) return false;
    const hasCome = this.#spin(performance.now() + IDLE) === "came";
    this.#idlePatience.stayed(hasCome);
    return hasCome;
  }

  /** Whether the other end has taken packet `number`. */
  wasTaken(number: number): boolean {
    return ((this.#signal.taken(this.#out) - number) | 0) >= 0;
  }

  /** Whether the blocking end is parked. */
  get parked(): boolean {
    return this.#signal.parked;
  }

  get parkedMs(): number {
    return this.#signal.parkedMs;
  }

  /** Ends the use of the channel, the other end being gone. */
  close(): void {
    this.#port.close();
    // It may have died while it spun.
    givePermitBack(this.#signal.number);
  }

  #counted(number: number): void {
    this.#taken = number;
    this.#signal.take(this.#in, number);
  }
}

/** The number after `number`: they are those of a cell, which has 32 bits and starts over. */
function after(number: number): number {
  return (number + 1) | 0;
}

/** Up to here a loop is faster than a call to the runtime. */
const SHORT = 200;

/** Copies as much as fits into both. */
function copy(from: Uint8Array, into: Uint8Array): void {
  const length = Math.min(from.length, into.length);
  if (length > SHORT) into.set(from.length > length ? from.subarray(0, length) : from);
  else for (let i = 0; i < length; i++) into[i] = from[i] as number;
}
