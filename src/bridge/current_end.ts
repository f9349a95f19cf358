/**
 * The blocking end of this thread, if it has one.
 *
 * It is kept where every copy of awaitlet on the thread finds it: a bundled blocking module brings a copy of its own.
 *
 * @module
 */

import { type Copy, PROTOCOL, sharedKey, thisCopy } from "../runtime/copies.ts";
import type { BlockingEnd } from "./blocking_end.ts";

const END = "blocking-end";
const KEY: unique symbol = sharedKey(END) as never;
const COPY = Symbol.for("awaitlet.blocking-copy");

interface Here {
  [KEY]?: BlockingEnd | undefined;
  /** The copy that has the end, whatever its protocol. */
  [COPY]?: Copy;
  [key: symbol]: unknown;
}

/** Makes `end` that of this thread, from now on. */
export function setBlockingEnd(end: BlockingEnd): void {
  (globalThis as Here)[KEY] = end;
  (globalThis as Here)[COPY] = thisCopy;
}

/** The copy whose blocking code runs here, where this one cannot await for it. */
export function otherCopy(): Copy | undefined {
  const here = globalThis as Here;
  const copy = here[COPY];
  if (copy === undefined || copy.protocol === PROTOCOL) return undefined;
  return here[sharedKey(END, copy.protocol)] === undefined ? undefined : copy;
}

/** Makes `end` that of this thread while `fn` runs. */
export function withBlockingEnd<R>(end: BlockingEnd, fn: () => R): R {
  const here = globalThis as Here;
  const before = here[KEY];
  here[KEY] = end;
  here[COPY] = thisCopy;
  try {
    return fn();
  } finally {
    // Not deleted: a global object whose properties come and go is slow in all that is read from it.
    here[KEY] = before;
  }
}

export function blockingEnd(): BlockingEnd | undefined {
  return (globalThis as Here)[KEY];
}
