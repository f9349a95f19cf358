/**
 * Which threads of a crew run: no more than its limit at once, whatever has come for the others.
 *
 * A thread that has something to do is *ready*: its bit says so. The right to run goes to ready threads first, then to idle
 * ones while tasks wait. A thread that parks hands its right straight on; the loop thread gives rights while fewer run than
 * may. Every step is one atomic operation, and each that could fail is looked at again by somebody who is awake:
 *
 * - The loop thread sets a bit, then looks whether a right is free. A thread gives its right up, then looks for bits. So one
 *   of the two sees the other's.
 * - Who takes a bit and finds its thread still running puts the bit back: that thread looks for its own bit when it parks.
 * - A thread killed between two steps leaves a count too high, or a bit lost. `Dispatcher.recover()` counts anew.
 *
 * @module
 */

import { Crew, Member, ThreadState } from "./cells.ts";

/** The cell of thread `index` that says in which state it is. */
export function stateOf(index: number): number {
  return Crew.threads + index * Member.size + Member.state;
}

/** The one that says whether it has a task. */
export function busyOf(index: number): number {
  return Crew.threads + index * Member.size + Member.busy;
}

/** The one on which it sleeps. */
export function wakeUpsOf(index: number): number {
  return Crew.threads + index * Member.size + Member.wakeUps;
}

/** Gives a sleeping thread the right to run, and wakes it. Returns whether it slept. */
export function wake(cells: Int32Array, index: number): boolean {
  const state = Crew.threads + index * Member.size;
  if (
    Atomics.compareExchange(cells, state, ThreadState.parked, ThreadState.running) !== ThreadState.parked &&
    Atomics.compareExchange(cells, state, ThreadState.idle, ThreadState.running) !== ThreadState.idle
  ) {
    return false;
  }
  // After the state: a thread that is about to sleep reads them in the other order.
  Atomics.add(cells, state + Member.wakeUps, 1);
  Atomics.notify(cells, state + Member.wakeUps);
  return true;
}

/** Whether there are tasks in the queue. */
export function tasksWait(cells: Int32Array): boolean {
  return Atomics.load(cells, Crew.queueHead) !== Atomics.load(cells, Crew.queueTail);
}

/** Takes a right to run, if one is free. */
export function acquireRight(cells: Int32Array): boolean {
  const limit = Atomics.load(cells, Crew.limit);
  for (;;) {
    const running = Atomics.load(cells, Crew.running);
    if (running >= limit) return false;
    if (Atomics.compareExchange(cells, Crew.running, running, running + 1) === running) return true;
  }
}

/** Whether a thread that could not be woken will look for its bit by itself, or needs the loop thread's message. */
export function looksItself(cells: Int32Array, index: number): boolean {
  const state = Atomics.load(cells, stateOf(index));
  return state !== ThreadState.parked && state !== ThreadState.idle;
}

/** Which of the ready threads is next after thread `index`: each has its turn, so that no answer lies for long. */
export function nextOf(ready: number, index: number): number {
  const after = ready & ~((2 << index) - 1);
  return after === 0 ? ready & -ready : after & -after;
}

/**
 * Has a thread that is ready run by a right that thread `index` holds, else an idle one while tasks wait: of those the first, which has
 * the most to do. Returns whether there was one.
 */
export function passOn(cells: Int32Array, index: number): boolean {
  let passedOver = 0;
  for (;;) {
    const ready = Atomics.load(cells, Crew.ready) & ~passedOver;
    if (ready === 0) break;
    const bit = nextOf(ready, index);
    if ((Atomics.and(cells, Crew.ready, ~bit) & bit) === 0) continue;
    const next = 31 - Math.clz32(bit);
    if (wake(cells, next)) return true;
    Atomics.or(cells, Crew.ready, bit);
    if (looksItself(cells, next)) passedOver |= bit;
  }
  while (tasksWait(cells)) {
    const idle = Atomics.load(cells, Crew.idle);
    if (idle === 0) return false;
    const bit = idle & -idle;
    if ((Atomics.and(cells, Crew.idle, ~bit) & bit) !== 0 && wake(cells, 31 - Math.clz32(bit))) return true;
  }
  return false;
}
