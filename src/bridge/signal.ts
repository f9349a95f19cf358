/**
 * The shared cells of a bridge: how its two ends tell each other that something has come, and how the blocking
 * end waits for it. Only this file and `permits.ts` name `Atomics`.
 *
 * A bridge has two lanes, one in each direction. On each, messages are numbered 1, 2, 3, …; `published` is the
 * number of the last one sent, `taken` of the last one received. One sender and one receiver write to a lane, each
 * its own cell.
 *
 * @module
 */

import { nextNumber } from "./permits.ts";

/** A direction of a bridge. */
export type Lane = "toBlocking" | "toLoop";

// Each end's cells stand together, and apart from the other's: a processor that writes one takes the memory near it
// from those who read it.
const LOOP_END = 0;
const BLOCKING_END = 32;

const PUBLISHED = { toBlocking: LOOP_END, toLoop: BLOCKING_END } as const;
const BOXED = { toBlocking: LOOP_END + 1, toLoop: BLOCKING_END + 1 } as const;
const BOXED_LENGTH = { toBlocking: LOOP_END + 2, toLoop: BLOCKING_END + 2 } as const;
const TAKEN = { toLoop: LOOP_END + 3, toBlocking: BLOCKING_END + 3 } as const;
/** Of the end that reads the lane. */
const ATTENTIVE = { toLoop: LOOP_END + 4, toBlocking: BLOCKING_END + 7 } as const;
const DEAD = LOOP_END + 5;
const WATCHED = LOOP_END + 6;
const NUMBER = LOOP_END + 7;
const PARKED = BLOCKING_END + 4;
const PARKED_MS = BLOCKING_END + 5;
const ASLEEP = BLOCKING_END + 6;
const CELL_BYTES = 256;

/**
 * The bytes that a lane's box holds: a message that fits goes through shared memory, without the port. What is never written
 * takes no memory, on any runtime.
 */
export const BOX_BYTES: number = 256 * 1024;

/** Makes the memory that the two ends of one bridge share. */
export function createSharedMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(CELL_BYTES + 2 * BOX_BYTES);
  new Int32Array(memory)[NUMBER] = nextNumber();
  return memory;
}

/** How many looks there are between two at the clock while spinning. */
const LOOKS = 50;

/** A hint to the processor that this thread spins, where the runtime has it. */
const breathe: () => void = (Reflect.get(Atomics, "pause") as (() => void) | undefined) ?? (() => {});

/** One end's view of the cells. */
export class Signal {
  readonly #cells: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory, 0, CELL_BYTES / Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * The sender: message `number` may be taken now. Wakes the blocking end where it sleeps.
   *
   * The store comes before the load, and `sleep` stores before it compares: where this sees no sleeper, the one that is
   * about to sleep sees the message, and does not.
   */
  publish(lane: Lane, number: number): void {
    Atomics.store(this.#cells, PUBLISHED[lane], number);
    if (lane === "toBlocking" && Atomics.load(this.#cells, ASLEEP) === 1) {
      Atomics.notify(this.#cells, PUBLISHED.toBlocking);
    }
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

  /** The blocking end: from now on it is parked, asleep or spinning. */
  park(): void {
    Atomics.store(this.#cells, PARKED, 1);
  }

  /** The blocking end: it is parked no longer, and was for `ms` milliseconds, in all. */
  unpark(ms: number): void {
    Atomics.store(this.#cells, PARKED_MS, ms);
    Atomics.store(this.#cells, PARKED, 0);
  }

  /**
   * The blocking end: sleeps until more than `seen` messages are published to it, or `ms` have passed. A message that
   * is published between the last look and the sleep makes the comparison fail, so no wake-up is lost.
   */
  sleep(seen: number, ms: number = Number.POSITIVE_INFINITY): void {
    Atomics.store(this.#cells, ASLEEP, 1);
    try {
      Atomics.wait(this.#cells, PUBLISHED.toBlocking, seen, ms);
    } catch (cause) {
      const message =
        "awaitlet: this thread may not park, as a browser's main thread; run the blocking code in a worker, by asyncDef()";
      throw new Error(message, { cause });
    } finally {
      Atomics.store(this.#cells, ASLEEP, 0);
    }
  }

  /**
   * Looks, again and again, until more than `seen` messages are published on `lane`, or it is time to give up.
   *
   * @param giveUp Asked every now and then.
   * @returns Whether there is a message.
   */
  spin(lane: Lane, seen: number, giveUp: () => boolean): boolean {
    do {
      for (let i = 0; i < LOOKS; i++) {
        if (Atomics.load(this.#cells, PUBLISHED[lane]) !== seen) return true;
        breathe();
      }
    } while (!giveUp());
    return false;
  }

  /** Whether the blocking end sleeps: it takes a while to wake. */
  get asleep(): boolean {
    return Atomics.load(this.#cells, ASLEEP) === 1;
  }

  /**
   * The receiver: whether it will look at its lane without its event loop being poked. It says no before its last look,
   * and the sender publishes before it asks: so that look finds the message, or the sender pokes.
   */
  attend(lane: Lane, attentive: boolean): void {
    Atomics.store(this.#cells, ATTENTIVE[lane], attentive ? 1 : 0);
  }

  /** The sender: whether the receiver will look. */
  isAttended(lane: Lane): boolean {
    return Atomics.load(this.#cells, ATTENTIVE[lane]) === 1;
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

  /** What tells this bridge from the others of the process. */
  get number(): number {
    return this.#cells[NUMBER] as number;
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
