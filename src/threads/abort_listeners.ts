/**
 * One listener for each signal, whatever number of tasks it cancels: runtimes warn of a leak where there are more than ten.
 *
 * @module
 */

const listeners = new WeakMap<AbortSignal, Set<(reason: unknown) => void>>();

/**
 * Calls `listener` when `signal` aborts.
 *
 * @param signal A signal that has not aborted.
 * @returns What takes the listener away. The signal keeps nothing for it then.
 */
export function onAbort(signal: AbortSignal, listener: (reason: unknown) => void): () => void {
  const all = listeners.get(signal) ?? listen(signal);
  all.add(listener);
  return () => {
    if (all.delete(listener) && all.size === 0 && listeners.get(signal) === all) forget(signal);
  };
}

function listen(signal: AbortSignal): Set<(reason: unknown) => void> {
  const all = new Set<(reason: unknown) => void>();
  listeners.set(signal, all);
  signal.addEventListener("abort", tellAll);
  return all;
}

function forget(signal: AbortSignal): void {
  listeners.delete(signal);
  signal.removeEventListener("abort", tellAll);
}

function tellAll({ target }: Event): void {
  const signal = target as AbortSignal;
  const all = listeners.get(signal) ?? [];
  forget(signal);
  // One that another has taken away meanwhile is not called.
  for (const listener of all) listener(signal.reason);
}
