/**
 * How long something may take.
 *
 * @module
 */

/** Whether a promise is fulfilled in that many milliseconds; rejects when it does. */
export async function isWithin(ms: number, promise: PromiseLike<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
