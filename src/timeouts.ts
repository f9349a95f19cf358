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

Object.assign(AbortSignal, {
  timeout(ms: number): AbortSignal {
    const signal = timeout.call(AbortSignal, ms);
    deadlines.set(signal, performance.now() + Number(ms));
    return signal;
  },

  any(signals: Iterable<AbortSignal>): AbortSignal {
    // An iterator can be read only once.
    const all = [...signals];
    const signal = any.call(AbortSignal, all);
    const deadline = Math.min(...all.map(deadlineOf));
    if (deadline < Number.POSITIVE_INFINITY) deadlines.set(signal, deadline);
    return signal;
  },
});
