/**
 * A ring of messages in shared memory, from one thread to another.
 *
 * A message is six numbers and its body: bytes, or a text. One thread writes, one reads. Each has a cursor that only it
 * moves: a count of bytes that starts over after 2^32, of which the low bits are the place in the ring.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { SharedText } from "../runtime/types.ts";
import { RING_BYTES } from "./cells.ts";

const MASK = RING_BYTES - 1;
const HEADER = 24;

/** In the place of a body's length: the next message stands at the start of the ring. */
const SKIP = -1;

/** Where a body stands, beside the kind of its message. */
const LATIN1 = 0x100;
const AT_PORT = 0x200;

/** A larger body travels by the port. */
export const LARGEST_INLINE: number = RING_BYTES / 4;

/**
 * An empty ring starts over once so many bytes are behind, to stay in few pages of memory. Until the reader has come there, no more than
 * those are free.
 */
const COMPACT = 64 * 1024;

/** Up to here a loop is faster than a call to the runtime. */
const SHORT = 64;

export class RingWriter {
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #text: SharedText;
  readonly #numbers: Int32Array<SharedArrayBuffer>;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #written: number;
  readonly #read: number;
  #cursor: number;

  /** @param written The cell of the writer's cursor, and `read` that of the reader's. */
  constructor(
    memory: SharedArrayBuffer,
    at: number,
    cells: Int32Array<SharedArrayBuffer>,
    written: number,
    read: number,
  ) {
    this.#bytes = new Uint8Array(memory, at, RING_BYTES);
    this.#text = runtime.sharedText(memory, at, RING_BYTES);
    this.#numbers = new Int32Array(memory, at, RING_BYTES >> 2);
    this.#cells = cells;
    this.#written = written;
    this.#read = read;
    this.#cursor = Atomics.load(cells, written);
  }

  /** Writes a message whose body is a text. Returns whether there was room. */
  text(kind: number, a: number, b: number, c: number, d: number, text: string): boolean {
    const at = this.#reserve(text.length * 3);
    if (at < 0) return false;
    const length = this.#text.utf8Write(text, at + HEADER, text.length * 3);
    // As many bytes as characters: then each is ASCII, and read back soonest as Latin-1.
    this.#publish(at, length, length === text.length ? kind | LATIN1 : kind, a, b, c, d);
    return true;
  }

  /** Writes a message whose body is bytes. Returns whether there was room. */
  message(kind: number, a: number, b: number, c: number, d: number, bytes: Uint8Array): boolean {
    const { length } = bytes;
    const at = this.#reserve(length);
    if (at < 0) return false;
    if (length > SHORT) this.#bytes.set(bytes, at + HEADER);
    else for (let i = 0; i < length; i++) this.#bytes[at + HEADER + i] = bytes[i] as number;
    this.#publish(at, length, kind, a, b, c, d);
    return true;
  }

  /** Writes a message whose body, or what is attached to it, has been posted. Returns whether there was room. */
  posted(kind: number, a: number, b: number, c: number, d: number): boolean {
    const at = this.#reserve(0);
    if (at < 0) return false;
    this.#publish(at, 0, kind | AT_PORT, a, b, c, d);
    return true;
  }

  /** The place after the message that was written last. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Whether the reader has read all that stands before `cursor`. */
  hasRead(cursor: number): boolean {
    return ((Atomics.load(this.#cells, this.#read) - cursor) | 0) >= 0;
  }

  /** Finds a place for a message with a body of up to `size` bytes; -1 where there is none. */
  #reserve(size: number): number {
    const needed = HEADER + ((size + 3) & ~3);
    const read = Atomics.load(this.#cells, this.#read);
    let at = this.#cursor & MASK;
    // One more header stays free, so that a skip always fits.
    if (RING_BYTES - at < needed + HEADER || (at > COMPACT && needed <= at && read === this.#cursor)) {
      if (((this.#cursor - read) | 0) + RING_BYTES - at > RING_BYTES) return -1;
      this.#numbers[at >> 2] = SKIP;
      this.#cursor = (this.#cursor + RING_BYTES - at) | 0;
      at = 0;
    }
    return ((this.#cursor - read) | 0) + needed > RING_BYTES ? -1 : at;
  }

  /** The store of the cursor comes last: whoever sees it sees all that was written before. */
  #publish(at: number, length: number, meta: number, a: number, b: number, c: number, d: number): void {
    const numbers = this.#numbers;
    const i = at >> 2;
    numbers[i] = length;
    numbers[i + 1] = meta;
    numbers[i + 2] = a;
    numbers[i + 3] = b;
    numbers[i + 4] = c;
    numbers[i + 5] = d;
    this.#cursor = (this.#cursor + HEADER + ((length + 3) & ~3)) | 0;
    Atomics.store(this.#cells, this.#written, this.#cursor);
  }
}

export class RingReader {
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  readonly #text: SharedText;
  readonly #numbers: Int32Array<SharedArrayBuffer>;
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #written: number;
  readonly #read: number;
  #cursor: number;
  #at = 0;
  #length = 0;
  #isLatin1 = false;
  kind = 0;
  /** Whether the body, or what is attached to the message, is at the port. */
  isPosted = false;
  /** The numbers of the message that `next()` came to. */
  a = 0;
  b = 0;
  c = 0;
  d = 0;

  constructor(
    memory: SharedArrayBuffer,
    at: number,
    cells: Int32Array<SharedArrayBuffer>,
    written: number,
    read: number,
  ) {
    this.#bytes = new Uint8Array(memory, at, RING_BYTES);
    this.#text = runtime.sharedText(memory, at, RING_BYTES);
    this.#numbers = new Int32Array(memory, at, RING_BYTES >> 2);
    this.#cells = cells;
    this.#written = written;
    this.#read = read;
    this.#cursor = Atomics.load(cells, read);
  }

  /** Whether there is a message. */
  readonly hasNext = (): boolean => Atomics.load(this.#cells, this.#written) !== this.#cursor;

  /** Comes to the next message, whose body stays where it is until `done()`. Returns whether there is one. */
  next(): boolean {
    if (Atomics.load(this.#cells, this.#written) === this.#cursor) return false;
    const numbers = this.#numbers;
    let at = this.#cursor & MASK;
    if (numbers[at >> 2] === SKIP) {
      this.#cursor = (this.#cursor + RING_BYTES - at) | 0;
      at = 0;
    }
    const i = at >> 2;
    this.#at = at + HEADER;
    this.#length = numbers[i] as number;
    const meta = numbers[i + 1] as number;
    this.kind = meta & 0xff;
    this.isPosted = (meta & AT_PORT) !== 0;
    this.#isLatin1 = (meta & LATIN1) !== 0;
    this.a = numbers[i + 2] as number;
    this.b = numbers[i + 3] as number;
    this.c = numbers[i + 4] as number;
    this.d = numbers[i + 5] as number;
    return true;
  }

  /** How many bytes the body has in the ring. */
  get length(): number {
    return this.#length;
  }

  /** The body as text; the message has been read with that. */
  takeText(): string {
    const end = this.#at + this.#length;
    const text = this.#isLatin1 ? this.#text.latin1Slice(this.#at, end) : this.#text.utf8Slice(this.#at, end);
    this.#cursor = (this.#cursor + HEADER + ((this.#length + 3) & ~3)) | 0;
    Atomics.store(this.#cells, this.#read, this.#cursor);
    return text;
  }

  /** Copies the body into `scratch`, whose part it gives. */
  copy(scratch: Uint8Array): Uint8Array {
    const into = scratch.subarray(0, this.#length);
    if (this.#length > SHORT) into.set(this.#bytes.subarray(this.#at, this.#at + this.#length));
    else for (let i = 0; i < this.#length; i++) into[i] = this.#bytes[this.#at + i] as number;
    return into;
  }

  /** The body as bytes of its own. */
  bytes(): Uint8Array<ArrayBuffer> {
    const copy = new Uint8Array(this.#length);
    copy.set(this.#bytes.subarray(this.#at, this.#at + this.#length));
    return copy;
  }

  /** The message has been read: its place may be written again. */
  done(): void {
    this.#cursor = (this.#cursor + HEADER + ((this.#length + 3) & ~3)) | 0;
    Atomics.store(this.#cells, this.#read, this.#cursor);
  }
}
