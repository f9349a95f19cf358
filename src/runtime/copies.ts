/**
 * Several copies of awaitlet in one program: that of a dependency, one within a bundle, one that a link leads to.
 *
 * @module
 */

/** The version of this copy. */
export const VERSION = "0.1.0";

/** What copies must have in common to share threads: raised with each change of messages, of shared memory, or of what is shared here. */
export const PROTOCOL = 7;

/** A copy, as others see it. */
export interface Copy {
  readonly version: string;
  readonly protocol: number;
  /** The file that it is in, where it knows. */
  readonly url: string | undefined;
}

export const thisCopy: Copy = { version: VERSION, protocol: PROTOCOL, url: import.meta.url };

/** Where all copies of one protocol find what they share on a thread. */
export function sharedKey(name: string, protocol: number = PROTOCOL): symbol {
  return Symbol.for(`awaitlet.${name}/${protocol}`);
}

/**
 * Gives what the copies on this thread share. Call it when that is needed, and not on loading: to import awaitlet changes nothing.
 *
 * @param make Makes it, for the first that asks.
 */
export function sharedByCopies<T>(name: string, make: () => T): T {
  const key = sharedKey(name);
  const all = globalThis as { [key: symbol]: T };
  if (!Object.hasOwn(all, key)) Object.defineProperty(all, key, { value: make() });
  return all[key] as T;
}
