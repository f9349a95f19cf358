/**
 * A crew as one of its threads sees it: the rules are in `crew.ts`.
 *
 * @module
 */

import { Crew, ThreadState } from "./cells.ts";
import { acquireRight, busyOf, looksItself, passOn, stateOf, tasksWait, wakeUpsOf } from "./crew.ts";

/** A thread's own view: it parks, and runs again when it has the right to. */
export class CrewMember {
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #state: number;
  readonly #wakeUps: number;
  readonly #busy: number;
  readonly #index: number;
  readonly #bit: number;
  readonly #wakeLoop: () => void;

  /** @param wakeLoop Wakes the loop thread's event loop, by a message. */
  constructor(cells: Int32Array<SharedArrayBuffer>, index: number, wakeLoop: () => void) {
    this.#cells = cells;
    this.#wakeLoop = wakeLoop;
    this.#state = stateOf(index);
    this.#wakeUps = wakeUpsOf(index);
    this.#busy = busyOf(index);
    this.#index = index;
    this.#bit = 1 << index;
  }

  /** Whether it has a task, for the loop thread to know. */
  set isBusy(busy: boolean) {
    Atomics.store(this.#cells, this.#busy, busy ? 1 : 0);
  }

  /** Whether more than `mine` threads have the right to run, or another one waits for it. */
  othersRun(mine: 0 | 1): boolean {
    const cells = this.#cells;
    return Atomics.load(cells, Crew.running) > mine || (Atomics.load(cells, Crew.ready) & ~this.#bit) !== 0;
  }

  /** The thread runs from its event loop, whoever else does: what it does there cannot be put off. */
  enter(): void {
    Atomics.and(this.#cells, Crew.looping, ~this.#bit);
    // The loop thread may have given it the right already, with the message that woke it.
    if (Atomics.exchange(this.#cells, this.#state, ThreadState.running) === ThreadState.running) return;
    Atomics.add(this.#cells, Crew.running, 1);
  }

  /** The thread goes to its event loop, and gives its right on. */
  leave(state: typeof ThreadState.looping | typeof ThreadState.loading): void {
    Atomics.store(this.#cells, this.#state, state);
    if (state === ThreadState.looping) Atomics.or(this.#cells, Crew.looping, this.#bit);
    this.#giveRightOn();
  }

  /**
   * Goes to sleep, unless something has come: `hasCome` is asked once more first. Wakes when it has the right to run, or
   * after `ms` milliseconds: then it goes on without a task in its event loop, or runs again in its wait.
   *
   * @returns Whether it was woken, rather than that the time is over.
   */
  park(
    state: typeof ThreadState.parked | typeof ThreadState.idle,
    hasCome: () => boolean,
    ms: number,
    spin?: (cells: Int32Array, state: number) => void,
  ): boolean {
    const cells = this.#cells;
    Atomics.store(cells, this.#state, state);
    // What came before the state changed woke nobody: it is seen here, and the bit that tells of it is of no use any more.
    if ((Atomics.load(cells, Crew.ready) & this.#bit) !== 0) Atomics.and(cells, Crew.ready, ~this.#bit);
    if (hasCome() && Atomics.compareExchange(cells, this.#state, state, ThreadState.running) === state) {
      return true;
    }
    if (state === ThreadState.idle) Atomics.or(cells, Crew.idle, this.#bit);
    this.#giveRightOn();
    spin?.(cells, this.#state);
    if (this.#sleep(ms)) return true;
    if (state === ThreadState.parked) {
      if (Atomics.compareExchange(cells, this.#state, state, ThreadState.running) !== state) return true;
      Atomics.add(cells, Crew.running, 1);
      return false;
    }
    Atomics.and(cells, Crew.idle, ~this.#bit);
    Atomics.or(cells, Crew.looping, this.#bit);
    if (Atomics.compareExchange(cells, this.#state, state, ThreadState.looping) === state) return false;
    Atomics.and(cells, Crew.looping, ~this.#bit);
    return true;
  }

  /** Sleeps until the state says that the thread runs, or `ms` have passed. Returns whether it runs. */
  #sleep(ms: number): boolean {
    const cells = this.#cells;
    for (let left = ms, until = 0; ; ) {
      // The count before the state: whoever wakes the thread changes them in the other order.
      const seen = Atomics.load(cells, this.#wakeUps);
      if (Atomics.load(cells, this.#state) === ThreadState.running) return true;
      try {
        if (Atomics.wait(cells, this.#wakeUps, seen, left) === "timed-out") {
          return Atomics.load(cells, this.#state) === ThreadState.running;
        }
      } catch (cause) {
        const message =
          "awaitlet: this thread may not park, as a browser's main thread; run the blocking code in a worker, by asyncDef()";
        throw new Error(message, { cause });
      }
      // Mostly it runs now. Where it was woken for nothing, it sleeps on: only then the clock is asked.
      if (ms === Number.POSITIVE_INFINITY || Atomics.load(cells, this.#state) === ThreadState.running)
        continue;
      const now = performance.now();
      if (until === 0) until = now + ms;
      left = Math.max(0, until - now);
    }
  }

  #giveRightOn(): void {
    const cells = this.#cells;
    const { queueHead, queueTail, ready } = Crew;
    do {
      const isAnyone =
        Atomics.load(cells, ready) !== 0 || Atomics.load(cells, queueHead) !== Atomics.load(cells, queueTail);
      if (isAnyone && passOn(cells, this.#index)) return;
      Atomics.sub(cells, Crew.running, 1);
      // Looked at once more, now that the right is free: mostly there is nobody.
      if (
        Atomics.load(cells, ready) === 0 &&
        Atomics.load(cells, queueHead) === Atomics.load(cells, queueTail)
      ) {
        return;
      }
      // Somebody may have become ready between the two, and found no right.
    } while (this.#canPassOn() && acquireRight(cells));
    const looping = Atomics.load(cells, Crew.looping);
    // Only the loop thread wakes those, and it may have looked while this thread still had the right.
    if (looping !== 0 && ((looping & Atomics.load(cells, Crew.ready)) !== 0 || tasksWait(cells)))
      this.#wakeLoop();
  }

  #canPassOn(): boolean {
    const cells = this.#cells;
    if (tasksWait(cells) && Atomics.load(cells, Crew.idle) !== 0) return true;
    let ready = Atomics.load(cells, Crew.ready);
    for (; ready !== 0; ready &= ready - 1) {
      if (!looksItself(cells, 31 - Math.clz32(ready & -ready))) return true;
    }
    return false;
  }

  /** Has the loop thread read what this thread has sent, unless a wake-up is on its way. */
  tellLoop(): void {
    if (Atomics.exchange(this.#cells, Crew.loopWoken, 1) === 0) this.#wakeLoop();
  }
}
