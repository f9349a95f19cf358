/**
 * What the three runtimes share: ports and workers as `node:worker_threads` has them.
 *
 * @module
 */

import type { MessagePort, Transferable, WorkerOptions } from "node:worker_threads";
import { builtin } from "./builtin.ts";
import { PROTOCOL, thisCopy } from "./copies.ts";
import type {
  BufferClass,
  ContextLocal,
  InContext,
  Port,
  PortHandle,
  Role,
  SharedText,
  ThreadEnd,
  WorkerStart,
  WorkerThread,
} from "./types.ts";

// All three runtimes have the methods that `NodeBuffer` names, though their types do not tell of them all.
export const Buffer: BufferClass = builtin("node:buffer").Buffer as unknown as BufferClass;

const { AsyncLocalStorage } = builtin("node:async_hooks");
const threads = builtin("node:worker_threads");
const { MessageChannel, receiveMessageOnPort, Worker, workerData } = threads;
const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = builtin("node:timers");

/** Marks the worker data as ours: a program's own workers have other data. */
const MARK = "awaitlet";

type Started = Pick<WorkerStart, "role" | "memory" | "crew" | "ports"> & {
  readonly processMemory: SharedArrayBuffer;
};

interface WorkerData {
  readonly [MARK]: Started & {
    readonly begun?: boolean;
    readonly protocol: number;
    /** The copy of awaitlet that has taken on what the thread is there for: the first that was loaded. */
    claimedBy?: object;
  };
}

const ours = (workerData as Partial<WorkerData> | null)?.[MARK];
/** What another copy has started, of which this one knows too little, is like a worker of the program's own. */
const started = ours?.protocol === PROTOCOL ? ours : undefined;

export const processMemory: SharedArrayBuffer = started?.processMemory ?? new SharedArrayBuffer(128);

export const isMainThread: boolean = threads.isMainThread;

export const parallelism: number = builtin("node:os").availableParallelism();

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
    onClose(listener) {
      port.on("close", listener);
      // Deno notices only while it waits for messages.
      port.on("message", () => {});
      port.start();
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

export function createPorts(): [PortHandle, PortHandle] {
  const { port1, port2 } = new MessageChannel();
  return [port1, port2];
}

export function createChannel(): { port: Port; handle: PortHandle } {
  const [here, handle] = createPorts();
  return { port: adoptPort(here), handle };
}

/** The text of the module that a worker runs first: it tells of an entry that cannot be loaded, and why. */
function bootstrap(entry: URL, before: string): URL {
  const text = `const start = process.getBuiltinModule("node:worker_threads").workerData.${MARK};
start.begun = true;
process.argv.splice(1, process.argv.length, ...start.argv);
${before}
try {
  await import(${JSON.stringify(entry.href)});
} catch (error) {
  start.reports?.postMessage({ failed: String(error?.message ?? error) });
  throw error;
}`;
  return new URL(`data:text/javascript,${encodeURIComponent(text)}`);
}

/**
 * Starts a worker.
 *
 * @param before JavaScript to be run in it before the entry is loaded.
 */
export function startWorker(start: WorkerStart, options: WorkerOptions, before: string = ""): WorkerThread {
  const { role, memory, crew, ports, reports } = start;
  // Of a worker whose module is no file, Node leaves out the program's file.
  const argv = process.argv.slice(1);
  const data = { [MARK]: { role, memory, crew, ports, reports, processMemory, argv, protocol: PROTOCOL } };
  const worker = new Worker(bootstrap(start.entry, before), {
    argv: argv.slice(1),
    ...options,
    ...(start.execArgv && { execArgv: [...start.execArgv] }),
    workerData: data,
    transferList: [...ports, ...(reports ? [reports] : [])] as MessagePort[],
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

/** The limit of this thread's heap, in MiB. */
export function heapLimit(): number {
  return Math.floor(builtin("node:v8").getHeapStatistics().heap_size_limit / 2 ** 20);
}

/**
 * Whether this is a thread of ours on which the program's preload scripts run. What they start in turn must not run them again,
 * or threads would start threads without end.
 */
export function isPreloading(): boolean {
  return started !== undefined && started.begun !== true;
}

export function workerStart(role: Role): Started | undefined {
  if (started?.role !== role) return undefined;
  started.claimedBy ??= thisCopy;
  return started.claimedBy === thisCopy ? started : undefined;
}

/** Whether awaitlet has started this thread. */
export const isOwnThread: boolean = started !== undefined;

export function reportEnd(report: (end: ThreadEnd) => void): void {
  let error: ThreadEnd["error"];
  const note = (value: unknown) => {
    error = { value };
    // Still here at the next turn, the thread has a handler of the program's own that has dealt with it.
    setImmediate(() => {
      error = undefined;
    }).unref();
  };
  process.on("uncaughtExceptionMonitor", note);
  // Bun tells of a rejection that nobody handles only here.
  (globalThis as Partial<EventTarget>).addEventListener?.("error", (event) => {
    note((event as Event & { readonly error: unknown }).error);
  });
  process.on("exit", (exitCode) => report({ ...(error && { error }), exitCode }));
}

export function exitCode(): number | string | undefined {
  return process.exitCode ?? undefined;
}

export function setExitCode(code: number): void {
  process.exitCode = code;
}

export function onExit(fn: () => void): void {
  process.on("exit", fn);
}

export function onSignalHandler(listener: (signal: string) => void): void {
  process.on("newListener", (event: string | symbol) => {
    if (typeof event === "string" && /^SIG[A-Z]/.test(event)) listener(event);
  });
}

export function after(ms: number, fn: () => void): () => void {
  const timer = setTimeout(fn, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

/** A thread of Node or Deno that is to end runs nothing more. */
export function onDoomed(): void {}

export function soon(fn: () => void): void {
  setImmediate(fn);
}

/** The most milliseconds that a timer takes. */
const LONGEST = 2 ** 31 - 1;

export function holdOpen(): () => void {
  const timer = setInterval(() => {}, LONGEST);
  return () => clearInterval(timer);
}

export function sharedText(memory: SharedArrayBuffer, at: number, length: number): SharedText {
  return Buffer.from(memory, at, length);
}

export const isProxy: (value: object) => boolean = builtin("node:util").types.isProxy;

export function valuesOf(array: readonly unknown[]): readonly unknown[] {
  return Object.values(array);
}

export function createContextLocal<T>(): ContextLocal<T> {
  const storage = new AsyncLocalStorage<T>();
  return {
    get: () => storage.getStore(),
    run: (value, fn, ...args) => storage.run(value, fn, ...args),
  };
}

export function captureContext(): InContext {
  return AsyncLocalStorage.snapshot();
}
