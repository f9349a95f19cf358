/**
 * What an advisory lock is taken by.
 *
 * @module
 */

import { checkOptions } from "../../base/check_options.ts";

/** What is locked: a number of 64 bits, or a name. */
export type LockKey = number | bigint | string;

/** How an advisory lock is taken. */
export interface LockOptions {
  /** Whether others may hold it shared at the same time. Default `false`. */
  readonly shared?: boolean;
  /** Whether to wait for those who hold it. Default `true`. */
  readonly wait?: boolean;
}

/** A lock as it crosses between threads. */
export interface LockName {
  readonly key: string;
  readonly isName: boolean;
  readonly shared: boolean;
}

/**
 * @throws {TypeError} When the key is none, or there is no such option.
 * @throws {RangeError} When the key is no integer of 64 bits.
 */
export function lockName(key: LockKey, options: LockOptions): LockName {
  checkOptions("lock", options, { shared: true, wait: true });
  const { shared = false } = options;
  if (
    typeof key === "number"
      ? !Number.isSafeInteger(key)
      : typeof key === "bigint" && BigInt.asIntN(64, key) !== key
  ) {
    throw new RangeError(`lock: the key is ${key}; give an integer of 64 bits, a number only up to 2^53`);
  }
  if (!["number", "bigint", "string"].includes(typeof key)) {
    throw new TypeError(`lock: the key is of type ${typeof key}; give a number, a bigint or a string`);
  }
  return { key: String(key), isName: typeof key === "string", shared };
}
