/**
 * The blocking end of this thread, if it has one.
 *
 * It is kept where every copy of awaitlet on the thread finds it: a bundled blocking module brings a copy of its own.
 *
 * @module
 */

import type { BlockingEnd } from "./blocking_end.ts";

const KEY = Symbol.for("awaitlet.blocking-end");

interface Here {
  [KEY]?: BlockingEnd | undefined;
}

/** Makes `end` that of this thread, from now on. */
export function setBlockingEnd(end: BlockingEnd): void {
  (globalThis as Here)[KEY] = end;
}

/** Makes `end` that of this thread while `fn` runs. */
export function withBlockingEnd<R>(end: BlockingEnd, fn: () => R): R {
  const here = globalThis as Here;
  const before = here[KEY];
  here[KEY] = end;
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
