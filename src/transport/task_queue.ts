/**
 * The queue from which the threads of a crew take tasks by themselves.
 *
 * A slot holds the number of its task, and its text. The loop thread writes slots at the tail. A thread takes the task at
 * the head: it replaces the task's number by its own mark, by compare-and-exchange, so that one thread takes it, and none
 * takes what the loop thread has withdrawn. Then it moves the head; whoever finds a taken slot at the head does that too, so a
 * thread that is killed between the two stops nobody.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { SharedText } from "../runtime/types.ts";
import { Crew, crewCells, QUEUE_SLOTS, SLOT_BYTES, slotAt } from "./cells.ts";

/** The number of the task while nobody has taken it; zero: withdrawn; negative: the thread `-1 - owner` has taken it. */
const OWNER = 0;
/** The number of the task, whatever has become of it. */
const TASK = 2;
/** How many bytes its text has, less one bit: whether they are all ASCII. */
const LENGTH = 1;
const TEXT = 12;

/** The most characters that the text of a task in the queue may have. */
export const LONGEST_TASK: number = Math.floor((SLOT_BYTES - TEXT) / 3);

/** A task that was taken. */
export interface TakenTask {
  readonly id: number;
  /** What to run; empty where the loop thread has to be asked for it. */
  readonly text: string;
}

export class TaskQueue {
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #slots: Int32Array<SharedArrayBuffer>;
  readonly #text: SharedText;

  constructor(memory: SharedArrayBuffer) {
    this.#cells = crewCells(memory);
    this.#slots = new Int32Array(memory);
    this.#text = runtime.sharedText(memory, 0, memory.byteLength);
  }

  /** How many slots are not free, those of tasks that were withdrawn included. */
  get length(): number {
    return (Atomics.load(this.#cells, Crew.queueTail) - Atomics.load(this.#cells, Crew.queueHead)) | 0;
  }

  /** The position of the next task to be taken. */
  get head(): number {
    return Atomics.load(this.#cells, Crew.queueHead);
  }

  /** The position of the next task to be put. */
  get tail(): number {
    return Atomics.load(this.#cells, Crew.queueTail);
  }

  /** The loop thread: puts a task at the tail. Returns its position; `undefined` when the queue is full. */
  put(id: number, text: string): number | undefined {
    const position = Atomics.load(this.#cells, Crew.queueTail);
    if (((position - Atomics.load(this.#cells, Crew.queueHead)) | 0) >= QUEUE_SLOTS) return undefined;
    const at = slotAt(position);
    const bytes = this.#text.utf8Write(text, at + TEXT, SLOT_BYTES - TEXT);
    this.#slots[(at >> 2) + LENGTH] = (bytes << 1) | (bytes === text.length ? 1 : 0);
    this.#slots[(at >> 2) + TASK] = id;
    // The text before the number, and the number before the tail: who sees one sees all before it.
    Atomics.store(this.#slots, (at >> 2) + OWNER, id);
    Atomics.store(this.#cells, Crew.queueTail, (position + 1) | 0);
    return position;
  }

  /** The loop thread: withdraws a task that no thread has taken. Returns whether that is so. */
  withdraw(position: number, id: number): boolean {
    return Atomics.compareExchange(this.#slots, (slotAt(position) >> 2) + OWNER, id, 0) === id;
  }

  /** The loop thread: which thread has taken the task `id` at `position`; `undefined` where that is not known here. */
  ownerOf(position: number, id: number): number | undefined {
    const slot = slotAt(position) >> 2;
    // The slot may be another task's by now: then the thread has sent something of this one, or it is over.
    if (this.#slots[slot + TASK] !== id) return undefined;
    const owner = Atomics.load(this.#slots, slot + OWNER);
    return owner < 0 ? -1 - owner : undefined;
  }

  /** Thread `index` takes the next task. */
  take(index: number): TakenTask | undefined {
    for (;;) {
      const position = Atomics.load(this.#cells, Crew.queueHead);
      if (position === Atomics.load(this.#cells, Crew.queueTail)) return undefined;
      const at = slotAt(position);
      const slot = (at >> 2) + OWNER;
      const id = Atomics.load(this.#slots, slot);
      let text = "";
      let isTaken = false;
      if (id > 0) {
        const length = this.#slots[(at >> 2) + LENGTH] as number;
        const end = at + TEXT + (length >> 1);
        text = length & 1 ? this.#text.latin1Slice(at + TEXT, end) : this.#text.utf8Slice(at + TEXT, end);
        isTaken = Atomics.compareExchange(this.#slots, slot, id, -1 - index) === id;
      }
      Atomics.compareExchange(this.#cells, Crew.queueHead, position, (position + 1) | 0);
      if (isTaken) return { id, text };
    }
  }
}
