/**
 * Promises that methods of live objects give to blocking code. The call runs at once, so nobody may ever ask for its outcome.
 *
 * @module
 */

import { named } from "../wire/said.ts";

/** What each promise was given by, as the user wrote it. */
const givenBy = new WeakMap<object, string>();

/** Remembers which method has given a promise. */
export function rememberMethod(promise: object, object: object, key: string | symbol): void {
  givenBy.set(promise, `${classNameOf(object)}.${String(key)}()`);
}

/**
 * Has a rejection end no process.
 *
 * @param onRejected Called with a text for people where a method has given the promise: whoever called it may not ask.
 */
export function watchRejection(promise: Promise<unknown>, onRejected: (message: string) => void): void {
  Promise.prototype.then.call(promise, undefined, (error: unknown) => {
    const method = givenBy.get(promise);
    // What a task has stopped by itself is no news.
    if (method === undefined || named(error).startsWith("AbortError:")) return;
    onRejected(
      `call ${method}: it failed with ${named(error)}, and the task that called it has not awaited it; write awaitlet(…) around the call`,
    );
  });
}

function classNameOf(object: object): string {
  try {
    return String(object.constructor.name);
  } catch {
    return "an object";
  }
}
