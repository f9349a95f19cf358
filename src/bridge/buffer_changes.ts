/**
 * Buffers that one side gives the other to be written into. They cross as copies; when the call that they were given to has ended, what
 * has changed in a copy is written into the giver's own.
 *
 * The receiver keeps how each copy was when it came, and compares: for the time of the call that is a second copy, and one reading of both at
 * its end. What moves or is shared has no copy, and takes no part.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { Reader, TakesBuffers, Writer } from "../wire/codec.ts";

/** The buffers of a message, as its sender has them, in order. */
export interface SentBuffers {
  /** The number of the wait or the call that the message is of. */
  readonly message: number;
  readonly sources: readonly Uint8Array[];
}

/** A stretch of a received buffer that is not as it came. */
export interface BufferChange {
  readonly message: number;
  readonly index: number;
  readonly start: number;
  readonly bytes: Uint8Array;
}

export const NO_BUFFERS: readonly SentBuffers[] = [];

/** Changes that lie fewer words apart go as one: each that goes by itself costs an object. */
const APART = 16;

/** A copy that has come from the other side. */
export class ReceivedBuffer {
  readonly #message: number;
  readonly #index: number;
  readonly #buffer: ArrayBuffer;
  readonly #before: ArrayBuffer;

  constructor(message: number, index: number, buffer: ArrayBuffer) {
    this.#message = message;
    this.#index = index;
    this.#buffer = buffer;
    this.#before = buffer.slice(0);
  }

  /** Adds what has changed since this was asked last. */
  addChanges(changes: BufferChange[]): void {
    // Where it has moved on to another thread, there is nothing left of it.
    const size = Math.min(this.#buffer.byteLength, this.#before.byteLength);
    for (const [start, end] of differences(this.#buffer, this.#before, size)) {
      const bytes = new Uint8Array(this.#buffer, start, end - start);
      new Uint8Array(this.#before).set(bytes, start);
      changes.push({ message: this.#message, index: this.#index, start, bytes });
    }
  }
}

/** Takes the buffers of one message at a time. */
export class BufferTaker implements TakesBuffers {
  #message = 0;
  taken: ReceivedBuffer[] | undefined;

  begin(message: number): this {
    this.#message = message;
    this.taken = undefined;
    return this;
  }

  takeBuffer(index: number, buffer: ArrayBuffer): void {
    this.taken ??= [];
    this.taken.push(new ReceivedBuffer(this.#message, index, buffer));
  }
}

/** What has changed in buffers that were received, if anything. */
export function changesIn(buffers: readonly ReceivedBuffer[] | undefined): readonly BufferChange[] {
  const changes: BufferChange[] = [];
  if (buffers !== undefined) for (const buffer of buffers) buffer.addChanges(changes);
  return changes;
}

export function writeChanges(writer: Writer, changes: readonly BufferChange[]): void {
  writer.uint(changes.length);
  for (const { message, index, start, bytes } of changes) {
    writer.uint(message);
    writer.uint(index);
    writer.uint(start);
    // Of a Buffer its own bytes cross, and not all that it shows a part of.
    writer.write(runtime.Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }
}

/** Reads what `writeChanges()` wrote, into the buffers that were sent. */
export function readChanges(reader: Reader, sent: readonly SentBuffers[]): void {
  for (let count = reader.uint(); count > 0; count--) {
    const number = reader.uint();
    const index = reader.uint();
    const start = reader.uint();
    const bytes = reader.value() as Uint8Array;
    const source = sent.find(({ message }) => message === number)?.sources[index];
    // Meanwhile it may have moved elsewhere, or have shrunk.
    const room = (source?.length ?? 0) - start;
    if (room > 0) source?.set(bytes.length > room ? bytes.subarray(0, room) : bytes, start);
  }
}

/** How many words are compared at a time by the runtime, which is much faster than a loop where nothing has changed. */
const BLOCK = 4096;

/** Where two buffers differ, from start to end. */
function differences(now: ArrayBuffer, before: ArrayBuffer, size: number): [start: number, end: number][] {
  const these = runtime.Buffer.from(now, 0, size);
  const those = runtime.Buffer.from(before, 0, size);
  const found: [number, number][] = [];
  if (these.compare(those) === 0) return found;
  const words = size >>> 2;
  const compared = [new Int32Array(now, 0, words), new Int32Array(before, 0, words)] as const;
  for (let at = 0; at < words; at += BLOCK) {
    const end = Math.min(at + BLOCK, words);
    if (these.compare(those, at * 4, end * 4, at * 4, end * 4) !== 0)
      addDifferences(...compared, at, end, found);
  }
  for (const range of found) {
    range[0] *= 4;
    range[1] *= 4;
    // The words at either end may have bytes that are as they were.
    while (these[range[0]] === those[range[0]]) range[0]++;
    while (these[range[1] - 1] === those[range[1] - 1]) range[1]--;
  }
  for (let at = words * 4; at < size; at++) if (these[at] !== those[at]) found.push([at, at + 1]);
  return found;
}

/** Adds where two stretches of words differ. */
function addDifferences(
  these: Int32Array,
  those: Int32Array,
  start: number,
  end: number,
  found: [start: number, end: number][],
): void {
  for (let at = start; at < end; ) {
    while (at < end && these[at] === those[at]) at++;
    if (at === end) return;
    const from = at;
    let to = at + 1;
    for (at = to; at < end && at - to < APART; at++) if (these[at] !== those[at]) to = at + 1;
    const last = found.at(-1);
    if (last !== undefined && from - last[1] < APART) last[1] = to;
    else found.push([from, to]);
  }
}
