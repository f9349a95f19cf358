/**
 * When the signals of `AbortSignal.timeout()` are due.
 *
 * A thread that is parked fires no timers, so such a signal would not abort while `syncDef()` waits; and it does not tell
 * its delay. So its makers are wrapped, to note it.
 *
 * @module
 */

const deadlines = new WeakMap<AbortSignal, number>();

/** When `signal` will time out, by `performance.now()`; `Infinity` where it will not. */
export function deadlineOf(signal: AbortSignal | undefined): number {
  return (signal && deadlines.get(signal)) ?? Number.POSITIVE_INFINITY;
}

const { timeout, any } = AbortSignal;

AbortSignal.timeout = function (this: typeof AbortSignal, ms: number): AbortSignal {
  const signal = timeout.call(this, ms);
  deadlines.set(signal, performance.now() + ms);
  return signal;
};

AbortSignal.any = function (this: typeof AbortSignal, signals: AbortSignal[]): AbortSignal {
  const signal = any.call(this, signals);
  const deadline = Math.min(...[...signals].map(deadlineOf));
  if (deadline < Number.POSITIVE_INFINITY) deadlines.set(signal, deadline);
  return signal;
};
