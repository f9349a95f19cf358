/**
 * Deno 2.7.6 and later.
 *
 * @module
 */

import { setImmediate, setInterval } from "node:timers";
import { getHeapStatistics } from "node:v8";
import type { Runtime } from "./types.ts";
import * as shared from "./worker_threads.ts";

/** How often a worker looks whether it has run out of memory, in milliseconds. */
const LOOK = 300;

/**
 * A worker that is out of memory has its limit raised, and what it runs cut off. Where that was a microtask, as after any
 * `await`, nobody is told, and the worker goes on without. So it looks at its limit, and ends itself.
 */
function endWhenOutOfMemory(): void {
  const limit = getHeapStatistics().heap_size_limit;
  const look = setInterval(() => {
    if (getHeapStatistics().heap_size_limit > limit) {
      throw new RangeError("Worker terminated due to reaching memory limit: JS heap out of memory");
    }
  }, LOOK);
  look.unref();
}

export const deno: Runtime = {
  ...shared,
  name: "deno",
  startWorker(start) {
    // Without a limit a worker that is out of memory takes the whole process with it.
    const limit = start.memoryLimit ?? Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
    // A worker of `node:worker_threads` starts from a file or from data only; a module that came from a registry or
    // over the network is imported by the latter.
    const { entry } = start;
    const source =
      entry.protocol === "file:"
        ? entry
        : new URL(`data:text/javascript,${encodeURIComponent(`import ${JSON.stringify(entry.href)};`)}`);
    return shared.startWorker(source, start, { resourceLimits: { maxOldGenerationSizeMb: limit } });
  },
  workerStart(role) {
    const start = shared.workerStart(role);
    if (start !== undefined) endWhenOutOfMemory();
    return start;
  },
  // Out of memory in the handler of a port's message, or in a microtask of it, ends the worker without any
  // event; from an immediate it is reported.
  fromEventLoop: (fn) => void setImmediate(fn),
  // Deno writes a worker's output at once by itself.
  writeOutputDirectly() {},
  explainLoadFailure: () => undefined,
};
