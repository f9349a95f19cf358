/**
 * Bare workers: what a runtime gives, with nothing of ours.
 *
 * @module
 */

import { once } from "node:events";
import { createRequire } from "node:module";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { type MessagePort, Worker } from "node:worker_threads";

/** Whether this Node needs tsx, which a worker does not inherit, for the TypeScript of the benchmarks. */
const needsTsx =
  !process.versions.deno &&
  !process.versions.bun &&
  !(process.features as { typescript?: unknown }).typescript;

/**
 * Starts a worker on a module written in TypeScript.
 *
 * @param module The module.
 * @param data What it is given, as its `workerData`.
 * @param ports Those in it.
 * @returns The worker.
 */
export function bareWorker(module: URL, data?: unknown, ports: readonly MessagePort[] = []): Worker {
  return new Worker(needsTsx ? throughTsx(module) : module, { workerData: data, transferList: [...ports] });
}

function throughTsx(module: URL): URL {
  const api = createRequire(import.meta.url).resolve("tsx/esm/api");
  const tsx = pathToFileURL(api.replace(/\.cjs$/, ".mjs")).href;
  const source = `import { register } from ${JSON.stringify(tsx)};\nregister();\nawait import(${JSON.stringify(module.href)});`;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

/** What a worker answers, once. It rejects when the worker fails. */
export async function answerOf(worker: Worker): Promise<unknown> {
  const [answer] = await once(worker, "message");
  return answer;
}
