/**
 * What listening to a channel takes, and what it gives.
 *
 * @module
 */

import { checkOptions } from "../../base/check_options.ts";

/** What was sent with NOTIFY. */
export interface Notification {
  /** The channel that it was sent on. */
  readonly channel: string;
  /** The text that was sent with it; empty where there was none. */
  readonly payload: string;
}

/** How long to listen. */
export interface ListenOptions {
  /** After how many milliseconds without a notification it ends. Default: never. */
  readonly timeout?: number;
}

/** The longest that a timer waits, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/**
 * @throws {RangeError} When the time is none.
 * @throws {TypeError} When there is no such option.
 */
export function checkTimeout(options: ListenOptions): number | undefined {
  checkOptions("listen", options, { timeout: true });
  const { timeout } = options;
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return undefined;
  if (timeout >= 0 && timeout <= LONGEST) return timeout;
  throw new RangeError(
    `listen: timeout is ${timeout}; it must be a number of milliseconds from 0 to ${LONGEST}`,
  );
}
