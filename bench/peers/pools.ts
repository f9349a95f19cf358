/**
 * The libraries that run functions on workers.
 *
 * @module
 */

import process from "node:process";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Contender } from "../figure.ts";
import { timeAsync } from "../timing.ts";

const at = (file: string) => new URL(file, import.meta.url);

export const piscina: Contender = {
  name: "Piscina",
  async open() {
    const { Piscina } = await import("piscina");
    const pool = new Piscina({ filename: at("./nothing.mjs").href });
    return (ms) => timeAsync(() => pool.run(undefined), ms);
  },
};

export const tinypool: Contender = {
  name: "Tinypool",
  async open() {
    const { Tinypool } = await import("tinypool");
    // By default its workers park between tasks, and on Deno they then miss the first one.
    const useAtomics = process.versions.deno === undefined;
    const pool = new Tinypool({ filename: at("./nothing.mjs").href, useAtomics });
    return (ms) => timeAsync(() => pool.run(undefined), ms);
  },
};

export const comlink: Contender = {
  name: "Comlink",
  async open() {
    const { wrap } = await import("comlink");
    const { default: nodeEndpoint } = await import("comlink/dist/esm/node-adapter.mjs");
    const worker = new Worker(fileURLToPath(at("./comlink_worker.mjs")));
    const { nothing } = wrap<{ nothing(): void }>(nodeEndpoint(worker));
    return (ms) => timeAsync(() => nothing(), ms);
  },
};
