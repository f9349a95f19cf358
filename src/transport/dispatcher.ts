/**
 * A crew as the loop thread sees it, which gives its threads the right to run: the rules are in `crew.ts`.
 *
 * @module
 */

import { Crew, ThreadState } from "./cells.ts";
import { acquireRight, busyOf, nextOf, stateOf, tasksWait, wake, wakeUpsOf } from "./crew.ts";

/** The loop thread's view: it gives threads the right to run. */
export class Dispatcher {
  readonly #cells: Int32Array<SharedArrayBuffer>;
  /** Wakes thread `index` in its event loop, by a message. */
  readonly #post: (index: number) => void;
  /** The thread that was given a right last. */
  #last = 0;
  /** A bit for each thread that the loop thread waits for. */
  #awaited = 0;
  /** By how many too many threads were counted when that was last looked at. */
  #excess = 0;

  constructor(cells: Int32Array<SharedArrayBuffer>, post: (index: number) => void) {
    this.#cells = cells;
    this.#post = post;
  }

  set limit(limit: number) {
    Atomics.store(this.#cells, Crew.limit, limit);
  }

  stateOf(index: number): number {
    return Atomics.load(this.#cells, stateOf(index));
  }

  /** Whether a thread has a task that it has taken from the queue. */
  isBusy(index: number): boolean {
    return Atomics.load(this.#cells, busyOf(index)) === 1;
  }

  /** Whether a thread runs that has no task: it looks at the queue soon. */
  looksSoon(index: number): boolean {
    return this.stateOf(index) === ThreadState.running && !this.isBusy(index);
  }

  /** A thread starts, and will be in its event loop. */
  starts(index: number): void {
    Atomics.store(this.#cells, stateOf(index), ThreadState.loading);
  }

  /** Something has been written for a thread: it runs now, or when it may. */
  publish(index: number): void {
    const cells = this.#cells;
    if (Atomics.load(cells, Crew.limit) === 0) {
      this.#give(index);
      return;
    }
    if ((this.#awaited & (1 << index)) !== 0) {
      Atomics.add(cells, Crew.running, 1);
      if (wake(cells, index)) return;
      Atomics.sub(cells, Crew.running, 1);
    }
    Atomics.or(cells, Crew.ready, 1 << index);
    this.dispatch();
  }

  /** Whether the loop thread stands still for a thread: then that runs, whoever else does. */
  setAwaited(index: number, isAwaited: boolean): void {
    const bit = 1 << index;
    this.#awaited = isAwaited ? this.#awaited | bit : this.#awaited & ~bit;
    if (isAwaited && (Atomics.load(this.#cells, Crew.ready) & bit) !== 0) this.publish(index);
  }

  /** Whether some thread has something to do and no right to run, or tasks wait. */
  get hasWork(): boolean {
    const cells = this.#cells;
    return (
      Atomics.load(cells, Crew.ready) !== 0 ||
      Atomics.load(cells, Crew.queueHead) !== Atomics.load(cells, Crew.queueTail)
    );
  }

  /** Gives the rights that are free to those who are ready. */
  dispatch(): void {
    const cells = this.#cells;
    let passedOver = 0;
    for (;;) {
      const ready = Atomics.load(cells, Crew.ready) & ~passedOver;
      if (ready === 0) return;
      if (!acquireRight(cells)) return;
      const bit = nextOf(ready, this.#last);
      if ((Atomics.and(cells, Crew.ready, ~bit) & bit) === 0) {
        Atomics.sub(cells, Crew.running, 1);
        continue;
      }
      const index = 31 - Math.clz32(bit);
      this.#last = index;
      if (wake(cells, index) || this.#wakeLooping(index)) continue;
      Atomics.sub(cells, Crew.running, 1);
      Atomics.or(cells, Crew.ready, bit);
      // It may have gone to sleep since: then it did not see the bit.
      const state = this.stateOf(index);
      if (state === ThreadState.running || state === ThreadState.loading) passedOver |= bit;
    }
  }

  /** Has one idle thread look at the queue, if a right is free. Returns whether there was one. */
  wakeForTask(): boolean {
    const cells = this.#cells;
    if (!acquireRight(cells)) return false;
    for (let idle = Atomics.load(cells, Crew.idle); idle !== 0; idle = Atomics.load(cells, Crew.idle)) {
      const bit = idle & -idle;
      if ((Atomics.and(cells, Crew.idle, ~bit) & bit) !== 0 && wake(cells, 31 - Math.clz32(bit))) return true;
    }
    for (let looping = Atomics.load(cells, Crew.looping); looping !== 0; looping &= looping - 1) {
      if (this.#wakeLooping(31 - Math.clz32(looping & -looping))) return true;
    }
    Atomics.sub(cells, Crew.running, 1);
    return false;
  }

  /** Whether some thread could go on, and has no right to run: one that waits for it, or that could take a task. */
  get isHeldBack(): boolean {
    const cells = this.#cells;
    if (tasksWait(cells) && (Atomics.load(cells, Crew.idle) | Atomics.load(cells, Crew.looping)) !== 0)
      return true;
    let ready = Atomics.load(cells, Crew.ready);
    for (; ready !== 0; ready &= ready - 1) {
      const state = this.stateOf(31 - Math.clz32(ready & -ready));
      // Those that run, or load, see their bits by themselves.
      if (state !== ThreadState.running && state !== ThreadState.loading) return true;
    }
    return false;
  }

  get tasksWait(): boolean {
    return tasksWait(this.#cells);
  }

  /** Whether fewer threads run than may. */
  get isRightFree(): boolean {
    return Atomics.load(this.#cells, Crew.running) < Atomics.load(this.#cells, Crew.limit);
  }

  /** Lets one more thread run than may: those that do compute for long. The threads are `indices`. */
  exceedLimit(indices: readonly number[]): void {
    const cells = this.#cells;
    const limit = Atomics.load(cells, Crew.limit);
    const running = Atomics.load(cells, Crew.running);
    // Fewer run than are counted, twice in a row: somebody was killed while it changed the count.
    const excess = running - indices.filter((index) => this.stateOf(index) === ThreadState.running).length;
    if (excess > 0 && this.#excess > 0) Atomics.sub(cells, Crew.running, Math.min(excess, this.#excess));
    this.#excess = Math.max(0, excess);
    Atomics.store(cells, Crew.limit, Math.max(limit, running + 1));
    this.dispatch();
    if (tasksWait(cells)) this.wakeForTask();
    Atomics.store(cells, Crew.limit, limit);
  }

  /**
   * Gives a thread without a task the right to run, for a message that is written next.
   *
   * @returns What wakes it then; nothing where it has a task, or starts.
   */
  claim(index: number): (() => void) | undefined {
    const { idle, looping, running } = ThreadState;
    const cells = this.#cells;
    const state = stateOf(index);
    if (Atomics.compareExchange(cells, state, idle, running) === idle) {
      Atomics.add(cells, Crew.running, 1);
      return () => {
        Atomics.add(cells, wakeUpsOf(index), 1);
        Atomics.notify(cells, wakeUpsOf(index));
      };
    }
    if (Atomics.compareExchange(cells, state, looping, running) !== looping) return undefined;
    Atomics.and(cells, Crew.looping, ~(1 << index));
    Atomics.add(cells, Crew.running, 1);
    return () => this.#post(index);
  }

  /** Keeps a thread that is in its event loop from taking tasks. Returns whether it had none. */
  retire(index: number): boolean {
    const { looping, loading } = ThreadState;
    if (Atomics.compareExchange(this.#cells, stateOf(index), looping, loading) !== looping) return false;
    Atomics.and(this.#cells, Crew.looping, ~(1 << index));
    return true;
  }

  /** A thread has ended, wherever it was. The threads `indices` are left. */
  recover(ended: number, indices: Iterable<number>): void {
    const cells = this.#cells;
    Atomics.and(cells, Crew.ready, ~(1 << ended));
    Atomics.and(cells, Crew.idle, ~(1 << ended));
    Atomics.and(cells, Crew.looping, ~(1 << ended));
    Atomics.store(cells, stateOf(ended), ThreadState.loading);
    Atomics.store(cells, busyOf(ended), 0);
    this.recount(indices);
  }

  /** Counts anew who runs, and has everybody who sleeps in a wait look: a bit may have been lost. */
  recount(indices: Iterable<number>): void {
    const cells = this.#cells;
    let running = 0;
    for (const index of indices) {
      const state = Atomics.load(cells, stateOf(index));
      if (state === ThreadState.running) running++;
      else if (state === ThreadState.parked) Atomics.or(cells, Crew.ready, 1 << index);
      else if (state === ThreadState.idle) Atomics.or(cells, Crew.idle, 1 << index);
    }
    Atomics.store(cells, Crew.running, running);
    this.dispatch();
  }

  /** Before the loop thread reads: whoever sends later wakes it again. */
  beginToRead(): void {
    Atomics.store(this.#cells, Crew.loopWoken, 0);
  }

  #give(index: number): boolean {
    return wake(this.#cells, index) || this.#wakeLooping(index);
  }

  #wakeLooping(index: number): boolean {
    const { looping, running } = ThreadState;
    if (Atomics.compareExchange(this.#cells, stateOf(index), looping, running) !== looping) return false;
    Atomics.and(this.#cells, Crew.looping, ~(1 << index));
    this.#post(index);
    return true;
  }
}
