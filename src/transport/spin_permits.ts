/**
 * Who may spin: a thread that waits for an answer by looking again and again takes a core, so of all threads of the
 * process only fewer than there are cores may do it, and only while no others wait that could use the core.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";

/** The cells, shared by all threads of the process: the next number, then who was turned away, then the permits. */
const cells = new Int32Array(runtime.processMemory, 0, 16);
const NEXT = 0;
const CROWD = 1;
const FIRST = 2;
const PERMITS = Math.max(0, Math.min(runtime.parallelism - 1, cells.length - FIRST));

/** A number for a bridge, not zero, that no other of the process has. */
export function nextNumber(): number {
  return Atomics.add(cells, NEXT, 1) + 1;
}

/**
 * Takes a permit for the bridge `number`. A permit belongs to whoever changed its cell from zero.
 *
 * @returns Whether there was one. If not, those that have one learn that it is crowded.
 */
export function acquireSpinPermit(number: number): boolean {
  for (let i = FIRST; i < FIRST + PERMITS; i++) {
    if (Atomics.compareExchange(cells, i, 0, number) === 0) return true;
  }
  Atomics.add(cells, CROWD, 1);
  return false;
}

/** Gives back the permit of the bridge `number`, if it has one. Also for a thread that died while it spun. */
export function releaseSpinPermit(number: number): void {
  for (let i = FIRST; i < FIRST + PERMITS; i++) Atomics.compareExchange(cells, i, number, 0);
}

/** How often somebody was turned away, modulo 2^32. */
export function contentionCount(): number {
  return Atomics.load(cells, CROWD);
}

/** How many permits are taken. */
export function permitsTaken(): number {
  let taken = 0;
  for (let i = FIRST; i < FIRST + PERMITS; i++) if (Atomics.load(cells, i) !== 0) taken++;
  return taken;
}
