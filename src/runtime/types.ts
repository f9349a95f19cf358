/**
 * What the core needs of a runtime: everything else in `src` is written against these interfaces alone.
 *
 * @module
 */

/** One end of a message channel between two threads. Messages arrive in the order they were posted. */
export interface Port {
  /** Posts `message`; ownership of what stands in `transfer` goes with it. Never throws on a closed port. */
  post(message: unknown, transfer?: readonly object[]): void;
  /** Takes the next message that has arrived, without the event loop; `undefined` when there is none. */
  receive(): { readonly message: unknown } | undefined;
  /** Calls `listener` from the event loop for each message that `receive` has not taken. Keeps no loop alive. */
  listen(listener: (message: unknown) => void): void;
  /** Calls `listener` when the thread that has the other end is gone. Keeps the event loop alive until then. */
  onClose(listener: () => void): void;
  /** Whether the port keeps this thread's event loop alive. */
  keepAlive(alive: boolean): void;
  close(): void;
}

/** A port on its way to another thread: only that thread may adopt it. */
export type PortHandle = object & { readonly __portHandle?: never };

/** Why a thread ended, as far as the runtime tells. */
export interface ThreadEnd {
  /** What was thrown and not caught, or the runtime's own error (out of memory, …). */
  readonly error?: { readonly value: unknown };
  readonly exitCode?: number;
}

/** A worker that this thread has started. */
export interface WorkerThread {
  /** Whether the worker keeps this thread's event loop alive. */
  keepAlive(alive: boolean): void;
  /** Ends the worker, also one that is parked or loops; `onEnd` is called. Ending it twice does no harm. */
  terminate(): void;
}

/** What a worker is there for. */
export type Role = "blocking" | "companion" | "guardian";

/** Where a thread stands in its crew: the memory of that, and its number there. */
export interface CrewPlace {
  readonly memory: SharedArrayBuffer;
  readonly index: number;
}

/** What a worker is started with. */
export interface WorkerStart {
  readonly role: Role;
  /** The module that the worker runs first. */
  readonly entry: URL;
  /** Handed to the worker, which finds them with `Runtime.workerStart()`. */
  readonly memory: SharedArrayBuffer;
  readonly crew: CrewPlace;
  readonly ports: readonly PortHandle[];
  /** Where the worker says why it could not load its entry, as a `LoadFailure`: its starter may be parked, and see no event. */
  readonly reports?: PortHandle;
  /** The flags of the runtime that the worker is started with, where they are not the program's. Node alone has them. */
  readonly execArgv?: readonly string[];
  /** The most memory that the worker's heap may take, in MiB, where the runtime can bound it. */
  readonly memoryLimit: number | undefined;
  /** Called once, when the worker has ended, whatever ended it. */
  onEnd(end: ThreadEnd): void;
}

/** What a worker posts to `WorkerStart.reports` where it cannot load its entry. */
export interface LoadFailure {
  readonly failed: string;
}

/** A value that follows the asynchronous flow of the code that was run with it. */
export interface ContextLocal<T> {
  get(): T | undefined;
  run<A extends unknown[], R>(value: T, fn: (...args: A) => R, ...args: A): R;
}

/** Runs a function in the asynchronous flow that it stands for. */
export type InContext = <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => R;

/** The class of Node's buffers, as far as it is needed. */
export interface BufferClass {
  readonly prototype: Uint8Array;
  from(buffer: ArrayBufferLike, offset?: number, length?: number): NodeBuffer;
}

/** One of them. */
export interface NodeBuffer extends Uint8Array, SharedText {
  /** Compares stretches of two, or all of them: 0 where they are the same. */
  compare(other: Uint8Array, otherStart?: number, otherEnd?: number, start?: number, end?: number): number;
}

/** Texts in memory that threads share. */
export interface SharedText {
  /** Writes a text as UTF-8, from byte `at` on, `length` bytes at most. Returns how many bytes there are. */
  utf8Write(text: string, at: number, length: number): number;
  utf8Slice(from: number, to: number): string;
  latin1Slice(from: number, to: number): string;
}

/** A runtime: Node, Deno or Bun. */
export interface Runtime {
  readonly Buffer: BufferClass;
  readonly name: "node" | "deno" | "bun";
  /** How many threads can compute at once. */
  readonly parallelism: number;
  /** Whether this is the thread that the program began on. */
  readonly isMainThread: boolean;
  /** Memory that all threads of the process share which awaitlet has started, with the one that started the first. */
  readonly processMemory: SharedArrayBuffer;
  createChannel(): { readonly port: Port; readonly handle: PortHandle };
  /** The two ends of a message channel, both to be given to other threads. */
  createPorts(): [PortHandle, PortHandle];
  startWorker(start: WorkerStart): WorkerThread;
  /** In a worker with this role: what it was started with; `undefined` on any other thread. */
  workerStart(role: Role): Pick<WorkerStart, "memory" | "crew" | "ports" | "reports"> | undefined;
  /** In a worker: calls `report` when it ends by an error that nothing catches, or by `process.exit()`. */
  reportEnd(report: (end: ThreadEnd) => void): void;
  /** The exit code that code on this thread has set. */
  exitCode(): number | string | undefined;
  setExitCode(code: number): void;
  /** Calls `fn` when this thread ends of itself, while an exit code can still be set. */
  onExit(fn: () => void): void;
  /** In a worker: calls `listener` when a handler of a signal is set that will never be called. */
  onSignalHandler(listener: (signal: string) => void): void;
  /** In a worker: calls `listener` with `true` when the thread is about to end and may go on running for a while, with `false` if it stays. */
  onDoomed(listener: (isDoomed: boolean) => void): void;
  /** Makes a port of one that has come from another thread. */
  adoptPort(handle: PortHandle): Port;
  /** Runs `fn` from the event loop, where whatever ends the thread is noticed by the runtime. */
  fromEventLoop(fn: () => void): void;
  /** Calls `fn` when the event loop has come round to all else that waits. */
  soon(fn: () => void): void;
  /** Keeps this thread's event loop alive until what it returns is called. */
  holdOpen(): () => void;
  /** Texts in the `length` bytes of `memory` from `at` on. */
  sharedText(memory: SharedArrayBuffer, at: number, length: number): SharedText;
  /** Whether reading a value may run code of its own. */
  isProxy(value: object): boolean;
  /** Calls `fn` after `ms` milliseconds, without keeping the event loop alive. Returns what cancels it. */
  after(ms: number, fn: () => void): () => void;
  /**
   * The values of the enumerable properties with names that an array has, its elements first, each read once: by whatever
   * is fastest.
   */
  valuesOf(array: readonly unknown[]): readonly unknown[];
  createContextLocal<T>(): ContextLocal<T>;
  /** The asynchronous flow of the caller (its AsyncLocalStorage stores): what runs `fn` in it again. */
  captureContext(): InContext;
  /**
   * In a worker: makes what is written to stdout and stderr appear at once and in order.
   *
   * @param pause Blocks this thread for some milliseconds.
   */
  writeOutputDirectly(pause: (ms: number) => void): void;
  /** In a worker whose parent is parked: has `process.stdin` read the program's stdin. */
  readInputDirectly(): void;
  /** Turns a failure to load a module into one that tells what to do, where the runtime's own does not. */
  explainLoadFailure(error: unknown, url: string): string | undefined;
}
