/**
 * The connections that blocking code has, by number.
 *
 * @module
 */

import { currentSignal, onTaskEnd } from "../../../mod.ts";
import { givenBack } from "../base/errors.ts";
import type { Pool } from "../protocol/pool.ts";
import type { Lease } from "./lease.ts";

/** A connection that blocking code has. */
interface Registration {
  readonly lease: Lease;
  /** The signal of the task that uses it. */
  signal: AbortSignal;
  readonly onAbort: () => void;
  /** No longer gives it back when the task ends. */
  readonly stay: () => void;
}

const registrations = new Map<number, Registration>();
let lastNumber = 0;

/** The numbers of those that were given back, where more than one copy of a connection may be about. */
const givenBackNumbers = new Set<number>();

/** How many such numbers are remembered. */
const MOST = 1000;

/** A number for a connection that blocking code is given. Those that it makes itself are larger. */
export function newLeaseNumber(): number {
  return ++lastNumber;
}

/**
 * Lends a connection to blocking code.
 *
 * @param number The number that blocking code knows it by.
 * @param lease The connection.
 * @param isOwn Whether it is the present task's own: then it is given back at the latest when the task has ended. Its thread
 *   may have died, it may have been cancelled before the number reached it, or have forgotten it.
 */
export function registerLease(number: number, lease: Lease, isOwn: boolean): void {
  // What still runs for a task that is cancelled is of no use any more.
  const onAbort = () => void lease.cancel();
  const giveBack = () => {
    onAbort();
    void unregisterLease(number)?.close();
  };
  const stay = isOwn ? onTaskEnd(giveBack) : () => {};
  const signal = currentSignal();
  signal.addEventListener("abort", onAbort, { once: true });
  registrations.set(number, { lease, signal, onAbort, stay });
}

/** Ends what `registerLease()` began. Returns the connection, unless that was done before. */
export function unregisterLease(number: number): Lease | undefined {
  const found = registrations.get(number);
  registrations.delete(number);
  found?.signal.removeEventListener("abort", found.onAbort);
  found?.stay();
  return found?.lease;
}

/** Remembers the number of a connection that was given back: other threads may have copies of it. */
export function retireNumber(number: number): void {
  if (givenBackNumbers.size >= MOST) givenBackNumbers.clear();
  givenBackNumbers.add(number);
}

/** The connection that blocking code knows by this number, unless it was given back, or has not been made. */
export function findLease(number: number): Lease | undefined {
  return registrations.get(number)?.lease;
}

/**
 * The connection that blocking code knows by this number, to be used by the present task.
 *
 * @throws {Error} When it was given back.
 */
export function getLease(number: number): Lease {
  const found = registrations.get(number);
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

/** Whether there is a connection of that number. @throws {Error} When it was given back. */
export function isRegistered(number: number): boolean {
  if (registrations.has(number)) return true;
  if (givenBackNumbers.has(number)) throw givenBack();
  return false;
}

/** @throws {Error} When the present task has a connection of this pool in use: the task would wait for itself. */
export function checkNoneInUse(pool: Pool): void {
  const signal = currentSignal();
  for (const { lease, signal: user } of registrations.values()) {
    if (user !== signal || !lease.uses(pool)) continue;
    throw new Error(
      "close an engine: this task has a connection of it in use, and would wait for itself; close the connection first, or use { force: true }",
    );
  }
}
