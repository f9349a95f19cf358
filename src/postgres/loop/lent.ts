/**
 * The connections that blocking code has, by number.
 *
 * @module
 */

import { currentSignal, onTaskEnd } from "../../../mod.ts";
import { givenBack, type Lease } from "./lease.ts";

/** A connection that blocking code has. */
interface Lent {
  readonly lease: Lease;
  /** The signal of the task that uses it. */
  signal: AbortSignal;
  readonly onAbort: () => void;
  /** No longer gives it back when the task ends. */
  readonly stay: () => void;
}

const lent = new Map<number, Lent>();
let lastNumber = 0;

/**
 * Lends a connection to blocking code.
 *
 * @param lease The connection.
 * @param isOwn Whether it is the present task's own: then it is given back at the latest when the task has ended. Its thread
 *   may have died, it may have been cancelled before the number reached it, or have forgotten it.
 * @returns The number that blocking code knows it by.
 */
export function lend(lease: Lease, isOwn: boolean): number {
  const number = ++lastNumber;
  // What still runs for a task that is cancelled is of no use any more.
  const onAbort = () => void lease.cancel();
  const giveBack = () => {
    onAbort();
    void takeBack(number)?.close();
  };
  const stay = isOwn ? onTaskEnd(giveBack) : () => {};
  const signal = currentSignal();
  signal.addEventListener("abort", onAbort, { once: true });
  lent.set(number, { lease, signal, onAbort, stay });
  return number;
}

/** Ends what `lend()` began. Returns the connection, unless that was done before. */
export function takeBack(number: number): Lease | undefined {
  const found = lent.get(number);
  lent.delete(number);
  found?.signal.removeEventListener("abort", found.onAbort);
  found?.stay();
  return found?.lease;
}

/** The connection that blocking code knows by this number, unless it was given back. */
export function borrowed(number: number): Lease | undefined {
  return lent.get(number)?.lease;
}

/**
 * The connection that blocking code knows by this number, to be used by the present task.
 *
 * @throws {Error} When it was given back.
 */
export function leaseOf(number: number): Lease {
  const found = lent.get(number);
  if (found === undefined) throw givenBack();
  const signal = currentSignal();
  if (signal !== found.signal) {
    // Another task uses it now.
    found.signal.removeEventListener("abort", found.onAbort);
    found.signal = signal;
    signal.addEventListener("abort", found.onAbort, { once: true });
  }
  return found.lease;
}
