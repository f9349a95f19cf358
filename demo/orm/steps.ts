/**
 * Work that is written once for both kinds of session: a generator, which gives each step that takes time to whoever runs
 * it, and gets its outcome.
 *
 * @module
 */

/** Work that comes to a `T`. */
export type Steps<T> = Generator<() => unknown, T, unknown>;

/** One step: what `start` gives, or what its promise gives. */
export function* step<T>(start: () => T | PromiseLike<T>): Steps<T> {
  return (yield start) as T;
}
