/**
 * What is said of callbacks that fail, or are called too late, where nobody looks at what they give.
 *
 * @module
 */

import { ReferenceReleased } from "../base/errors.ts";
import { warn } from "../runtime/warn.ts";
import { named } from "../wire/said.ts";

/** So many different warnings are given once each; a program with more of them knows. */
const MANY = 1000;

const given = new Set<string>();

/** Emits a warning, unless the same has been given. */
export function warnOnce(message: string, key: string = message): void {
  if (given.has(key) || given.size >= MANY) return;
  given.add(key);
  warn(message);
}

/**
 * Says that a callback was called whose task is over.
 *
 * @param callback The callback, and where it was given.
 * @param task The name of the task's function, where that is known.
 */
export function calledTooLate(callback: string, task: string | undefined): ReferenceReleased {
  const which = task === undefined ? "" : ` (${task})`;
  return new ReferenceReleased(
    `call ${callback}: the task that passed it has ended${which}; take it back before its task ends, as by off(), or have the task last as long`,
  );
}

/** Says that a callback has failed, where whoever called it does not look. */
export function failedUnseen(callback: string, error: unknown): string {
  return `call ${callback}: it threw ${named(error)}; whoever called it did not look at its promise, and its task is over or has been told before`;
}

/** Says that a callback ran for so many milliseconds that its caller was given a promise, at which it did not look. */
export function tookLong(callback: string, ms: number): string {
  return `call ${callback}: it computed for longer than ${ms} ms, so whoever called it was given a promise, and went on without looking at it; let it do less, or have a function of the async module do it`;
}
