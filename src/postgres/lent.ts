/**
 * The connections that blocking code has, by number.
 *
 * @module
 */

import { currentSignal, ThreadDied } from "../../mod.ts";
import { givenBack, type Lease } from "./lease.ts";

/** A connection that blocking code has. */
interface Lent {
  readonly lease: Lease;
  /** Whether it is the task's own: what becomes of the task becomes of it. */
  readonly isOwn: boolean;
  /** Whether blocking code has it for sure: it has asked something of it. */
  isKnown: boolean;
  /** The signal of the task that uses it. */
  signal: AbortSignal;
  readonly onAbort: () => void;
}

const lent = new Map<number, Lent>();
let lastNumber = 0;

/** Lends a connection to the present task, or to one that it starts. Returns the number that blocking code knows it by. */
export function lend(lease: Lease, isOwn: boolean): number {
  const number = ++lastNumber;
  const onAbort = () => {
    // What still runs for the task fails.
    void lease.cancel();
    // A task that is cancelled gives its connection back itself. One whose thread has died cannot, nor one that was
    // cancelled before the number reached it.
    if (isOwn && (found.signal.reason instanceof ThreadDied || !found.isKnown))
      void takeBack(number)?.close();
  };
  const found: Lent = { lease, isOwn, isKnown: false, signal: currentSignal(), onAbort };
  found.signal.addEventListener("abort", onAbort, { once: true });
  lent.set(number, found);
  return number;
}

/** Ends what `lend()` began. Returns the connection, unless that was done before. */
export function takeBack(number: number): Lease | undefined {
  const found = lent.get(number);
  lent.delete(number);
  found?.signal.removeEventListener("abort", found.onAbort);
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
  found.isKnown = true;
  const signal = currentSignal();
  if (signal !== found.signal) {
    // Another task uses it now.
    found.signal.removeEventListener("abort", found.onAbort);
    found.signal = signal;
    signal.addEventListener("abort", found.onAbort, { once: true });
  }
  return found.lease;
}
