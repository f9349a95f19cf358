/**
 * Deno 2.7.6 and later.
 *
 * @module
 */

import { setImmediate } from "node:timers";
import { getHeapStatistics } from "node:v8";
import type { Runtime } from "./types.ts";
import * as shared from "./worker_threads.ts";

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
  // Out of memory in the handler of a port's message, or in a microtask of it, ends the worker without any
  // event; from an immediate it is reported.
  fromEventLoop: (fn) => void setImmediate(fn),
  // Deno writes a worker's output at once by itself.
  writeOutputDirectly() {},
  explainLoadFailure: () => undefined,
};
