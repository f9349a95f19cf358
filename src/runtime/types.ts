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

/** What a worker is started with. */
export interface WorkerStart {
  readonly role: Role;
  /** The module that the worker runs first. */
  readonly entry: URL;
  /** Handed to the worker, which finds them with `Runtime.workerStart()`. */
  readonly memory: SharedArrayBuffer;
  readonly ports: readonly PortHandle[];
  /** The most memory that the worker's heap may take, in MiB, where the runtime can bound it. */
  readonly memoryLimit: number | undefined;
  /** Called once, when the worker has ended, whatever ended it. */
  onEnd(end: ThreadEnd): void;
}

/** A value that follows the asynchronous flow of the code that was run with it. */
export interface FlowLocal<T> {
  get(): T | undefined;
  run<A extends unknown[], R>(value: T, fn: (...args: A) => R, ...args: A): R;
}

/** Runs a function in the asynchronous flow that it stands for. */
export type InFlow = <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => R;

/** A runtime: Node, Deno or Bun. */
export interface Runtime {
  readonly name: "node" | "deno" | "bun";
  /** How many threads can compute at once. */
  readonly parallelism: number;
  /** Memory that all threads of the process share which awaitlet has started, with the one that started the first. */
  readonly processMemory: SharedArrayBuffer;
  createChannel(): { readonly port: Port; readonly handle: PortHandle };
  startWorker(start: WorkerStart): WorkerThread;
  /** In a worker with this role: what it was started with; `undefined` on any other thread. */
  workerStart(
    role: Role,
  ): { readonly memory: SharedArrayBuffer; readonly ports: readonly PortHandle[] } | undefined;
  /** Makes a port of one that has come from another thread. */
  adoptPort(handle: PortHandle): Port;
  /** Runs `fn` from the event loop, where whatever ends the thread is noticed by the runtime. */
  fromEventLoop(fn: () => void): void;
  /** Calls `fn` after `ms` milliseconds, without keeping the event loop alive. Returns what cancels it. */
  after(ms: number, fn: () => void): () => void;
  /** How many enumerable properties with names an array has, its elements included: by whatever tells it fastest. */
  countProperties(array: readonly unknown[]): number;
  createFlowLocal<T>(): FlowLocal<T>;
  /** The asynchronous flow of the caller (its AsyncLocalStorage stores): what runs `fn` in it again. */
  captureFlow(): InFlow;
  /**
   * In a worker: makes what is written to stdout and stderr appear at once and in order.
   *
   * @param pause Blocks this thread for some milliseconds.
   */
  writeOutputDirectly(pause: (ms: number) => void): void;
  /** Turns a failure to load a module into one that tells what to do, where the runtime's own does not. */
  explainLoadFailure(error: unknown, url: string): string | undefined;
}
