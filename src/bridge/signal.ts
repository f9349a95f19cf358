/**
 * The shared cells of a bridge: how its two ends tell each other that something has come, and how the blocking
 * end waits for it. This is the only place that names `Atomics`.
 *
 * A bridge has two lanes, one in each direction. On each, messages are numbered 1, 2, 3, …; `published` is the
 * number of the last one sent, `taken` of the last one received. One sender and one receiver write to a lane, each
 * its own cell.
 *
 * @module
 */

/** A direction of a bridge. */
export type Lane = "toBlocking" | "toLoop";

const PUBLISHED = { toBlocking: 0, toLoop: 1 } as const;
const TAKEN = { toBlocking: 2, toLoop: 3 } as const;
const BOXED = { toBlocking: 4, toLoop: 5 } as const;
const BOXED_LENGTH = { toBlocking: 6, toLoop: 7 } as const;
const PARKED = 8;
const PARKED_MS = 9;
const DEAD = 10;
const WATCHED = 11;
const CELL_BYTES = 64;

/** The bytes that a lane's box holds: a message that fits goes through shared memory, without the port. */
export const BOX_BYTES: number = 16 * 1024;

/** Makes the memory that the two ends of one bridge share. */
export function createSharedMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELL_BYTES + 2 * BOX_BYTES);
}

/** One end's view of the cells. */
export class Signal {
  readonly #cells: Int32Array<SharedArrayBuffer>;
  #parkedMs = 0;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory, 0, CELL_BYTES / Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * The sender: message `number` may be taken now. Wakes the blocking end where it is parked on this lane.
   *
   * The store comes before the notify, and `wait` compares before it parks: a message that is published between
   * the receiver's last look and its parking makes the comparison fail, so no wake-up is lost.
   */
  publish(lane: Lane, number: number): void {
    Atomics.store(this.#cells, PUBLISHED[lane], number);
    Atomics.notify(this.#cells, PUBLISHED[lane]);
  }

  published(lane: Lane): number {
    return Atomics.load(this.#cells, PUBLISHED[lane]);
  }

  /** The receiver: message `number` has been read, its box may be written again. */
  take(lane: Lane, number: number): void {
    Atomics.store(this.#cells, TAKEN[lane], number);
  }

  taken(lane: Lane): number {
    return Atomics.load(this.#cells, TAKEN[lane]);
  }

  /**
   * The sender: message `number`, of `length` bytes, stands in the lane's box. The bytes are written before this
   * store, and read after the load in `boxed`, so the receiver sees all of them.
   */
  box(lane: Lane, number: number, length: number): void {
    Atomics.store(this.#cells, BOXED_LENGTH[lane], length);
    Atomics.store(this.#cells, BOXED[lane], number);
  }

  /** The receiver: the length of message `number` where it stands in the box, else -1. */
  boxed(lane: Lane, number: number): number {
    if (Atomics.load(this.#cells, BOXED[lane]) !== number) return -1;
    return Atomics.load(this.#cells, BOXED_LENGTH[lane]);
  }

  /**
   * The blocking end: parks until more than `seen` messages are published to it, or `ms` have passed. The loop end
   * sees meanwhile that it is parked.
   */
  park(seen: number, ms: number = Number.POSITIVE_INFINITY): void {
    const from = performance.now();
    Atomics.store(this.#cells, PARKED, 1);
    try {
      Atomics.wait(this.#cells, PUBLISHED.toBlocking, seen, ms);
    } catch (cause) {
      const message =
        "awaitlet: this thread may not park, as a browser's main thread; run the blocking code in a worker, by asyncDef()";
      throw new Error(message, { cause });
    } finally {
      Atomics.store(this.#cells, PARKED, 0);
    }
    this.#parkedMs += performance.now() - from;
    Atomics.store(this.#cells, PARKED_MS, this.#parkedMs);
  }

  /**
   * Tells the blocking end that the loop end's thread has died. No message can come of that, and the parked cell does
   * not change: an end that looked just before this store, and parks just after the notify, sees it at its next look.
   */
  die(): void {
    Atomics.store(this.#cells, DEAD, 1);
    Atomics.notify(this.#cells, PUBLISHED.toBlocking);
  }

  /** Tells the blocking end that from now on somebody will tell it of the death of the loop end's thread. */
  watch(): void {
    Atomics.store(this.#cells, WATCHED, 1);
  }

  get watched(): boolean {
    return Atomics.load(this.#cells, WATCHED) === 1;
  }

  get dead(): boolean {
    return Atomics.load(this.#cells, DEAD) === 1;
  }

  /** Whether the blocking end is parked. */
  get parked(): boolean {
    return Atomics.load(this.#cells, PARKED) === 1;
  }

  /** For how many milliseconds the blocking end has been parked, in all, up to its last waking. */
  get parkedMs(): number {
    return Atomics.load(this.#cells, PARKED_MS);
  }
}

/** The box of `lane` in a bridge's shared memory. */
export function boxOf(memory: SharedArrayBuffer, lane: Lane): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(memory, CELL_BYTES + (lane === "toBlocking" ? 0 : BOX_BYTES), BOX_BYTES);
}

/** Blocks this thread for `ms` milliseconds. The cell is nobody else's, so nothing wakes it earlier. */
export function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, ms);
}
