/**
 * Deno 2.7.6 and later.
 *
 * @module
 */

import { builtin } from "./builtin.ts";
import type { Runtime } from "./types.ts";
import * as shared from "./worker_threads.ts";

const { setImmediate, setInterval } = builtin("node:timers");

/** How often a worker looks whether it has run out of memory, in milliseconds. */
const LOOK = 300;

/**
 * A worker that is out of memory has its limit raised, and what it runs cut off. Where that was a microtask, as after any
 * `await`, nobody is told, and the worker goes on without. So it looks at its limit, and ends itself.
 */
function endWhenOutOfMemory(): void {
  const { getHeapStatistics } = builtin("node:v8");
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
    const maxOldGenerationSizeMb = start.memoryLimit ?? shared.heapLimit();
    return shared.startWorker(start, { resourceLimits: { maxOldGenerationSizeMb } });
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
  // It reads there what the whole program is given.
  readInputDirectly() {},
  // There they are called.
  onSignalHandler() {},
  explainLoadFailure: () => undefined,
};
