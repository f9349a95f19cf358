/**
 * Node 20 and later.
 *
 * @module
 */

import { AsyncResource } from "node:async_hooks";
import { createRequire } from "node:module";
import { isAbsolute } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { getHeapStatistics } from "node:v8";
import type { ResourceLimits } from "node:worker_threads";
import { writeOutputDirectly } from "./node_output.ts";
import type { InFlow, Runtime, WorkerStart, WorkerThread } from "./types.ts";
import * as shared from "./worker_threads.ts";

/**
 * The URL of tsx's registration, where this program runs under tsx. A worker does not inherit it
 * (tsx hooks the main thread only), so the worker registers it before it loads anything else.
 */
function tsxRegistration(): string | undefined {
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS?.split(" ") ?? [])];
  const loader = flags.find((flag) => /\btsx\b/.test(flag));
  if (loader === undefined) return undefined;
  const named = loader.replace(/^--[\w-]+=/, "");
  for (const from of [named, process.argv[1], `${process.cwd()}/_`]) {
    if (from === undefined || !(isAbsolute(from) || from.startsWith("file:"))) continue;
    try {
      const api = createRequire(from).resolve("tsx/esm/api");
      // That is its CommonJS half, which looks for its hooks in a wrong folder; the ES module stands beside it.
      return pathToFileURL(api.replace(/\.cjs$/, ".mjs")).href;
    } catch {
      // Not to be found from there: the next place may know it.
    }
  }
  return undefined;
}

function startWorker(start: WorkerStart): WorkerThread {
  const tsx = tsxRegistration();
  const source =
    tsx === undefined
      ? start.entry
      : new URL(
          `data:text/javascript,${encodeURIComponent(
            `import { register } from ${JSON.stringify(tsx)};\nregister();\nawait import(${JSON.stringify(start.entry.href)});`,
          )}`,
        );
  const memoryLimit = start.memoryLimit ?? Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20);
  return shared.startWorker(source, start, { resourceLimits: resourceLimits(memoryLimit) });
}

/**
 * The whole process ends, instead of the worker, where a heap grows past its limit by too much in one collection: so
 * the young objects, which may all survive it, are bounded as well.
 */
function resourceLimits(memoryLimit: number): ResourceLimits {
  return {
    maxOldGenerationSizeMb: memoryLimit,
    maxYoungGenerationSizeMb: Math.max(1, Math.min(32, memoryLimit / 4)),
  };
}

/** As `AsyncLocalStorage.snapshot()`, which on Node 20 also defines what was deprecated, at some cost. */
function captureFlow(): InFlow {
  const resource = new AsyncResource("awaitlet");
  return (fn, ...args) => resource.runInAsyncScope(fn, undefined, ...args);
}

export const node: Runtime = {
  ...shared,
  name: "node",
  startWorker,
  captureFlow,
  fromEventLoop: (fn) => fn(),
  writeOutputDirectly,
  explainLoadFailure(error, url) {
    const code = (error as { code?: unknown } | null)?.code;
    if (code !== "ERR_UNKNOWN_FILE_EXTENSION" || !/\.[cm]?tsx?$/.test(url)) return undefined;
    return "this Node does not load TypeScript by itself; run the program with `node --import tsx`, or use Node 22.18 or later";
  },
};
