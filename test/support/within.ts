/**
 * Waits for a promise, but not for ever: what hangs fails its own test, by name.
 *
 * @param promise What should settle.
 * @param seconds How long it may take; far more than it does, for the machine may be busy.
 * @returns What the promise gives.
 * @throws When it has not settled by then.
 */
export async function within<T>(promise: PromiseLike<T>, seconds = 15): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it had not settled after ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What a promise rejects with. */
export async function rejection(promise: PromiseLike<unknown>, seconds = 15): Promise<unknown> {
  const settled = Promise.resolve(promise).then(
    (value) => ({ value }),
    (reason: unknown) => ({ reason }),
  );
  const outcome = await within(settled, seconds);
  if ("reason" in outcome) return outcome.reason;
  throw new Error(`it did not reject, it gave ${String(outcome.value)}`);
}
