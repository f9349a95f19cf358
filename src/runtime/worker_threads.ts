/**
 * What the three runtimes share: ports and workers as `node:worker_threads` has them.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import { availableParallelism } from "node:os";
import { clearTimeout, setTimeout } from "node:timers";
import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type Transferable,
  Worker,
  type WorkerOptions,
  workerData,
} from "node:worker_threads";
import type { FlowLocal, InFlow, Port, PortHandle, Role, WorkerStart, WorkerThread } from "./types.ts";

export const parallelism: number = availableParallelism();

/** Marks the worker data as ours: a program's own workers have other data. */
const MARK = "awaitlet";

interface WorkerData {
  readonly [MARK]: Pick<WorkerStart, "role" | "memory" | "ports"> & {
    readonly processMemory: SharedArrayBuffer;
  };
}

const started = (workerData as Partial<WorkerData> | null)?.[MARK];

export const processMemory: SharedArrayBuffer = started?.processMemory ?? new SharedArrayBuffer(64);

export function adoptPort(handle: PortHandle): Port {
  const port = handle as MessagePort;
  return {
    post(message, transfer) {
      port.postMessage(message, [...(transfer ?? [])] as Transferable[]);
    },
    receive() {
      return receiveMessageOnPort(port);
    },
    listen(listener) {
      port.on("message", listener);
      port.start();
      port.unref();
    },
    keepAlive(alive) {
      if (alive) port.ref();
      else port.unref();
    },
    close() {
      port.close();
    },
  };
}

export function createChannel(): { port: Port; handle: PortHandle } {
  const { port1, port2 } = new MessageChannel();
  return { port: adoptPort(port1), handle: port2 };
}

export function startWorker(source: URL, start: WorkerStart, options: WorkerOptions): WorkerThread {
  const { role, memory, ports } = start;
  const data: WorkerData = { [MARK]: { role, memory, ports, processMemory } };
  const worker = new Worker(source, {
    ...options,
    workerData: data,
    transferList: [...ports] as MessagePort[],
  });
  let error: { value: unknown } | undefined;
  let ended = false;
  const end = (exitCode?: number) => {
    if (ended) return;
    ended = true;
    start.onEnd({ ...(error && { error }), ...(exitCode !== undefined && { exitCode }) });
  };
  // An error comes before the exit that it causes. What was thrown may be anything, `undefined` too.
  worker.on("error", (value: unknown) => {
    error ??= { value };
  });
  worker.on("exit", end);
  return {
    keepAlive(alive) {
      if (alive) worker.ref();
      else worker.unref();
    },
    terminate() {
      worker.terminate().then(
        (exitCode) => end(exitCode),
        () => end(),
      );
    },
  };
}

export function workerStart(role: Role): WorkerData[typeof MARK] | undefined {
  return started?.role === role ? started : undefined;
}

export function after(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

export function countProperties(array: readonly unknown[]): number {
  return Object.values(array).length;
}

export function createFlowLocal<T>(): FlowLocal<T> {
  const storage = new AsyncLocalStorage<T>();
  return {
    get: () => storage.getStore(),
    run: (value, fn, ...args) => storage.run(value, fn, ...args),
  };
}

export function captureFlow(): InFlow {
  return AsyncLocalStorage.snapshot();
}
