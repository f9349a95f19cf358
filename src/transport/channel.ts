/**
 * Messages between the two ends of a bridge, whole and in order.
 *
 * Each direction has a ring in shared memory, which holds every message. A body that is too large for it, and what is attached
 * to a message, travel by the port beside: posted before the ring tells of it, and taken when the ring comes to it.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { Port } from "../runtime/types.ts";
import type { Packet } from "../wire/codec.ts";
import { Bridge, bridgeCells, ringAt } from "./cells.ts";
import { LARGEST_INLINE, RingReader, RingWriter } from "./message_ring.ts";
import { releaseSpinPermit } from "./spin_permits.ts";

/** What goes by the port. A wake-up is `null`, and carries nothing. */
interface PortMessage {
  /**
   * Not a view of them: Deno looks at each element of every view in a message, in search of ports.
   */
  readonly bytes: ArrayBuffer;
  readonly attachments: readonly object[];
}

/** A message that has no room in the ring yet. */
type Waiting = () => boolean;

const NOTHING: readonly object[] = [];

export class Channel {
  readonly #port: Port;
  readonly #out: RingWriter;
  /** The message that `next()` came to. */
  readonly message: RingReader;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  #scratch: Uint8Array = new Uint8Array(1024);
  /** What the event loop has handed over before the ring came to it. */
  readonly #handedOver: PortMessage[] = [];
  readonly #waiting: Waiting[] = [];
  #posted: PortMessage | undefined;
  #listener: (() => void) | undefined;
  /** Whether the other end is gone. */
  isClosed = false;
  /** Called when a message waits for room. It has to `flush()` again later, from its event loop or in a loop of its own. */
  onFull: (() => void) | undefined;

  constructor(memory: SharedArrayBuffer, port: Port, end: "blocking" | "loop") {
    const cells = bridgeCells(memory);
    const { writtenToBlocking, readByBlocking, writtenToLoop, readByLoop } = Bridge;
    if (end === "blocking") {
      this.#out = new RingWriter(memory, ringAt("loop"), cells, writtenToLoop, readByLoop);
      this.message = new RingReader(memory, ringAt("blocking"), cells, writtenToBlocking, readByBlocking);
    } else {
      this.#out = new RingWriter(memory, ringAt("blocking"), cells, writtenToBlocking, readByBlocking);
      this.message = new RingReader(memory, ringAt("loop"), cells, writtenToLoop, readByLoop);
    }
    this.#cells = cells;
    this.#port = port;
  }

  /** Calls `listener` from the event loop when messages may have arrived: then read them all. */
  listen(listener: () => void): void {
    this.#listener = listener;
    this.#port.listen((message) => {
      if (message !== null) this.#handedOver.push(message as PortMessage);
      listener();
    });
  }

  /** Wakes the other end's event loop. */
  wake(): void {
    this.#port.post(null);
  }

  /** Sends a message whose body is a text. Returns whether there is room for it now. */
  sendText(kind: number, a: number, b: number, c: number, d: number, text: string): boolean {
    if (text.length * 3 > LARGEST_INLINE || this.#waiting.length > 0) return false;
    return this.#out.text(kind, a, b, c, d, text);
  }

  /** Sends a message whose body is a few bytes. Returns whether there is room for it now. */
  sendBytes(kind: number, a: number, b: number, c: number, d: number, bytes: Uint8Array): boolean {
    if (bytes.length > LARGEST_INLINE || this.#waiting.length > 0) return false;
    return this.#out.message(kind, a, b, c, d, bytes);
  }

  /** Sends a message. Throws when what is attached to it cannot be posted, and sends nothing then. */
  send(kind: number, a: number, b: number, c: number, d: number, packet: Packet): void {
    const { bytes, attachments, transfer } = packet;
    if (attachments.length === 0 && bytes.length <= LARGEST_INLINE) {
      if (this.#waiting.length === 0 && this.#out.message(kind, a, b, c, d, bytes)) return;
      const copy = bytes.slice();
      this.#wait(() => this.#out.message(kind, a, b, c, d, copy));
      return;
    }
    const { buffer } = bytes.slice();
    const posted: PortMessage = { bytes: buffer, attachments };
    this.#port.post(posted, [buffer, ...transfer]);
    const write = () => this.#out.posted(kind, a, b, c, d);
    if (this.#waiting.length > 0 || !write()) this.#wait(write);
  }

  /** The ring is full: the other end has to read first. */
  #wait(write: Waiting): void {
    this.#waiting.push(write);
    if (!this.flush()) this.onFull?.();
  }

  /** Writes what has waited for room. Returns whether all of it is written. */
  flush(): boolean {
    while (this.#waiting[0]?.()) this.#waiting.shift();
    return this.#waiting.length === 0;
  }

  /** The place after what was sent last, for `wasRead()`. */
  get sent(): number {
    return this.#out.cursor;
  }

  /** Whether the other end has read all that was sent up to `place`. What waits for room has not been sent. */
  wasRead(place: number): boolean {
    return this.#waiting.length === 0 && this.#out.hasRead(place);
  }

  /** Whether there is a message. */
  get hasArrived(): boolean {
    return this.message.hasNext();
  }

  /** Comes to the next message. Its numbers, and its body, can be read until `done()`. Returns whether there is one. */
  next(): boolean {
    if (!this.message.next()) return false;
    if (!this.message.isPosted) return true;
    // A message may be in the ring an instant before the port gives its part, which comes by itself.
    this.#posted ??= this.#takePosted();
    return this.#posted !== undefined;
  }

  #takePosted(): PortMessage | undefined {
    const first = this.#handedOver.shift();
    if (first !== undefined) return first;
    for (let next = this.#port.receive(); next !== undefined; next = this.#port.receive()) {
      if (next.message !== null) return next.message as PortMessage;
      // Taken, it wakes nobody; and it may have been for what other threads have sent.
      if (this.#listener !== undefined) runtime.soon(this.#listener);
    }
    return undefined;
  }

  /** The body as text; the message is read with that. */
  text(): string {
    return this.message.takeText();
  }

  /** The body as bytes of its own; the message is read with that. */
  bytes(): Uint8Array {
    const bytes = this.message.bytes();
    this.message.done();
    return bytes;
  }

  /** The body, in memory that is used again for the next message, and what is attached; the message is read with that. */
  packet(): Pick<Packet, "bytes" | "attachments"> {
    const posted = this.#posted;
    if (posted !== undefined) {
      this.#posted = undefined;
      this.message.done();
      return { bytes: new Uint8Array(posted.bytes), attachments: posted.attachments };
    }
    if (this.#scratch.length < this.message.length) this.#scratch = new Uint8Array(2 * this.message.length);
    const bytes = this.message.copy(this.#scratch);
    this.message.done();
    return { bytes, attachments: NOTHING };
  }

  /** The bytes that were given last stay as they are, whatever is read next. */
  keepBytes(): void {
    this.#scratch = new Uint8Array(1024);
  }

  /** For how many milliseconds the blocking end has been parked, in all. */
  get parkedMs(): number {
    return Atomics.load(this.#cells, Bridge.parkedMs);
  }

  set parkedMs(ms: number) {
    Atomics.store(this.#cells, Bridge.parkedMs, ms);
  }

  /** Whether the blocking end has come so far that it could take a task. */
  get hasStarted(): boolean {
    return Atomics.load(this.#cells, Bridge.started) === 1;
  }

  set hasStarted(started: boolean) {
    Atomics.store(this.#cells, Bridge.started, started ? 1 : 0);
  }

  /** Whether the loop thread has ended the blocking one. On Deno that may run on for a while. */
  get hasEnded(): boolean {
    return Atomics.load(this.#cells, Bridge.ended) === 1;
  }

  end(): void {
    Atomics.store(this.#cells, Bridge.ended, 1);
  }

  /** What tells this bridge from the others of the process. */
  get number(): number {
    return Atomics.load(this.#cells, Bridge.number);
  }

  /** Ends the use of the channel, the other end being gone. */
  close(): void {
    this.isClosed = true;
    this.#port.close();
    // It may have died while it spun.
    releaseSpinPermit(this.number);
  }
}
