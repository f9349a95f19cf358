/**
 * Node 20 and later.
 *
 * @module
 */

import type { ResourceLimits, WorkerOptions } from "node:worker_threads";
import { builtin } from "./builtin.ts";
import { readInputDirectly } from "./node_input.ts";
import { writeOutputDirectly } from "./node_output.ts";
import type { InContext, Runtime, WorkerStart, WorkerThread } from "./types.ts";
import * as shared from "./worker_threads.ts";

const { AsyncResource } = builtin("node:async_hooks");

/**
 * The URL of tsx's registration, where this program runs under tsx. A worker does not inherit it
 * (tsx hooks the main thread only), so the worker registers it before it loads anything else.
 */
function tsxRegistration(): string | undefined {
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS?.split(" ") ?? [])];
  const loader = flags.find((flag) => /\btsx\b/.test(flag));
  if (loader === undefined) return undefined;
  const named = loader.replace(/^--[\w-]+=/, "");
  const { createRequire } = builtin("node:module");
  const { isAbsolute } = builtin("node:path");
  const { pathToFileURL } = builtin("node:url");
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
  const before =
    tsx === undefined ? "" : `const { register } = await import(${JSON.stringify(tsx)});\nregister();`;
  const memoryLimit = start.memoryLimit ?? shared.heapLimit();
  const preloads = shared.isPreloading() ? withoutPreloads() : {};
  return shared.startWorker(start, { resourceLimits: resourceLimits(memoryLimit), ...preloads }, before);
}

const PRELOAD = /^(--require|--import|--loader|--experimental-loader|-r)(=|$)/;

/** The program's flags, without those that name scripts to run first. */
function withoutPreloads(): WorkerOptions {
  const execArgv = process.execArgv.filter(
    (flag, at, flags) => !PRELOAD.test(flag) && !isNameOf(flags[at - 1]),
  );
  return { execArgv, env: { ...process.env, NODE_OPTIONS: "" } };
}

/** Whether a flag takes the next argument as what it names. */
function isNameOf(flag: string | undefined): boolean {
  return flag !== undefined && PRELOAD.test(flag) && !flag.includes("=");
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
function captureContext(): InContext {
  const resource = new AsyncResource("awaitlet");
  return (fn, ...args) => resource.runInAsyncScope(fn, undefined, ...args);
}

export const node: Runtime = {
  ...shared,
  name: "node",
  startWorker,
  captureContext,
  fromEventLoop: (fn) => fn(),
  writeOutputDirectly,
  readInputDirectly,
  explainLoadFailure(error, url) {
    const code = (error as { code?: unknown } | null)?.code;
    if (code !== "ERR_UNKNOWN_FILE_EXTENSION" || !/\.[cm]?tsx?$/.test(url)) return undefined;
    return "this Node does not load TypeScript by itself; run the program with `node --import tsx`, or use Node 22.18 or later";
  },
};
