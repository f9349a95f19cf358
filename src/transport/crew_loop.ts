/**
 * A crew as its loop thread sees it: what its threads have sent is read in one go, and they are woken as many as may run.
 *
 * @module
 */

import { createCrewMemory, createSoloMemory, crewCells, MOST_MEMBERS } from "./cells.ts";
import { Dispatcher } from "./dispatcher.ts";
import { TaskQueue } from "./task_queue.ts";

/** What the loop thread does for one thread of the crew. */
export interface CrewReceiver {
  /** Reads all that the thread has sent. */
  receive(): void;
  /** Wakes the thread in its event loop, by a message. */
  wake(): void;
}

export class CrewLoop {
  readonly memory: SharedArrayBuffer;
  readonly dispatcher: Dispatcher;
  /** The queue that the threads take tasks from; none where there is one thread alone. */
  readonly queue: TaskQueue | undefined;
  readonly #receivers: (CrewReceiver | undefined)[] = [];
  /** The numbers of those that have ended, in that order. */
  readonly #free: number[] = [];
  readonly #onRead: () => void;
  #reading = false;
  /** Whether there are tasks for which the queue had no room: the threads may have emptied it before anything is read. */
  overflows = false;

  /**
   * @param limit How many threads may run at once; 0 for a crew of one thread, which has no queue.
   * @param memory Of a crew of one, where it exists already.
   * @param onRead Called when everything has been read, where threads or tasks wait.
   */
  constructor(limit: number, memory?: SharedArrayBuffer, onRead: () => void = () => {}) {
    this.memory = memory ?? (limit > 0 ? createCrewMemory() : createSoloMemory());
    this.dispatcher = new Dispatcher(crewCells(this.memory), (index) => this.#receivers[index]?.wake());
    if (limit > 0) {
      this.dispatcher.limit = limit;
      this.queue = new TaskQueue(this.memory);
    }
    this.#onRead = onRead;
  }

  /**
   * Takes a thread in. Returns its number: one that none has had yet, as long as there are such, since a thread that was ended may run on
   * for a moment.
   */
  join(receiver: CrewReceiver): number {
    let index = this.#receivers.length;
    if (index >= MOST_MEMBERS) index = this.#free.shift() as number;
    this.#receivers[index] = receiver;
    return index;
  }

  /** The thread has ended. */
  leave(index: number): void {
    this.#receivers[index] = undefined;
    this.#free.push(index);
    this.dispatcher.recover(index, this.indices());
    // Its wake-up may have been lost with its port, and others rely on it.
    this.read();
  }

  /** Reads, and counts who runs, once more: after a thread that was ended has run on for a moment. */
  settle(): void {
    this.dispatcher.recount(this.indices());
    this.read();
  }

  /** The numbers of its threads. */
  indices(): number[] {
    return [...this.#receivers.keys()].filter((index) => this.#receivers[index] !== undefined);
  }

  /** Reads all that has come. */
  read(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.dispatcher.beginToRead();
    for (let i = 0; i < this.#receivers.length; i++) this.#receivers[i]?.receive();
    this.#reading = false;
    if (!this.overflows && !this.dispatcher.hasWork) return;
    this.dispatcher.dispatch();
    this.#onRead();
  }
}
