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
  [KEY]?: BlockingEnd;
}

export function setBlockingEnd(end: BlockingEnd): void {
  (globalThis as Here)[KEY] = end;
}

export function blockingEnd(): BlockingEnd | undefined {
  return (globalThis as Here)[KEY];
}
