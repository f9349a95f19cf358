/**
 * A pool of blocking threads.
 *
 * @module
 */

import { Consumer } from "../bridge/consumer.ts";
import { type Cause, currentFlow } from "../bridge/flow.ts";
import { type Target, Task } from "../bridge/task.ts";
import { QueueFull, ThreadDied } from "../errors.ts";
import { runtime } from "../runtime/current.ts";
import type { PoolOptions, PoolStats, TaskOptions } from "./options.ts";
import { Thread, type ThreadHost } from "./thread.ts";

const DEFAULT_MAX = Math.min(runtime.parallelism + 8, 32);
const DEFAULT_IDLE_TIMEOUT = 10_000;
const DEFAULT_GRACE = 5_000;
export const DEFAULT_LOAD_TIMEOUT = 30_000;

/**
 * A pool of blocking threads, on which tasks run.
 *
 * A thread is either idle or busy. A task is in the queue, or on one thread, or settled.
 */
export class Pool {
  readonly #min: number;
  readonly #max: number;
  readonly #idleTimeout: number;
  readonly #maxQueue: number;
  readonly #host: ThreadHost;
  /** The idle threads, the one used last at the end, each with what cancels its ending. */
  readonly #idle = new Map<Thread, () => void>();
  readonly #busy = new Set<Thread>();
  /** The threads that were told to end and have not yet. */
  readonly #leaving = new Set<Thread>();
  readonly #queue: Task[] = [];
  readonly #running = new Map<Task, Thread>();
  #done = 0;
  /** The time that threads which have ended were parked. */
  #parkedTime = 0;
  /** Draining, it takes only what the tasks that it has start in their turn. */
  #state: "open" | "draining" | "ended" = "open";
  readonly #waiting: (() => void)[] = [];

  constructor(options: PoolOptions = {}) {
    this.#min = options.min ?? 0;
    this.#max = options.max ?? Math.max(DEFAULT_MAX, this.#min);
    this.#idleTimeout = options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT;
    this.#maxQueue = options.maxQueue ?? Number.POSITIVE_INFINITY;
    if (!(this.#max >= 1 && this.#max >= this.#min)) {
      throw new RangeError(`create blocking threads: max is ${this.#max}, it must be at least 1 and min`);
    }
    this.#host = {
      memoryLimit: options.memoryLimit,
      childTask: (url, name, options) => childTask(url, name, options, this),
      onIdle: (thread) => this.#onIdle(thread),
      onEnd: (thread, died, unstarted) => this.#onEnd(thread, died, unstarted),
    };
  }

  /** Runs `target` as a task. Never throws: whatever goes wrong rejects the promise. */
  run(
    target: Target,
    args: readonly unknown[],
    options: TaskOptions = {},
    consumer?: Consumer,
  ): Promise<unknown> {
    const flow = currentFlow.get();
    const { assertAwaitOccurs = false, grace = DEFAULT_GRACE } = options;
    const task = new Task({
      target,
      args,
      assertAwaitOccurs,
      consumer,
      flow,
      caller: new Error(),
      inFlow: runtime.captureFlow(),
    });
    pools.set(task, this);
    // Structured: what cancels a task cancels those that its async code has started and waits for.
    const signals = [options.signal, flow?.cause?.task.signal].filter((signal) => signal !== undefined);
    // In the flow of the call, whoever takes the first step.
    task.generator = () => new Consumer((taker) => task.inFlow(() => this.run(target, args, options, taker)));
    const aborted = signals.find((signal) => signal.aborted);
    task.onSettled.add(() => this.#done++);
    if (aborted !== undefined) task.settle({ outcome: "threw", value: aborted.reason });
    else if (!this.#takes(task)) task.settle({ outcome: "threw", value: closed(target.name) });
    else this.#submit(task);
    if (!task.settled && signals.length > 0) this.#cancelWith(task, signals, grace);
    return task.result;
  }

  stats(): PoolStats {
    const busy = [...this.#busy];
    const starting = busy.filter((thread) => thread.starting).length;
    const parked = busy.filter((thread) => !thread.starting && thread.parked).length;
    return {
      idle: this.#idle.size,
      running: busy.length - starting - parked,
      parked,
      starting,
      queued: this.#queue.length,
      done: this.#done,
      parkedTime: [...busy, ...this.#idle.keys()].reduce(
        (sum, thread) => sum + thread.parkedMs,
        this.#parkedTime,
      ),
    };
  }

  /** What the threads hold for tasks, calls and references: nothing, once all tasks have settled. */
  get held(): { readonly tasks: number; readonly references: number; readonly calls: number } {
    const all = [...this.#busy, ...this.#idle.keys()].map((thread) => thread.held);
    const sum = (count: (held: Thread["held"]) => number) =>
      all.reduce((total, held) => total + count(held), 0);
    return { tasks: sum((h) => h.tasks), references: sum((h) => h.references), calls: sum((h) => h.calls) };
  }

  /** Takes no more tasks, and ends the threads when those it has are settled. */
  async drain(): Promise<void> {
    if (this.#state === "open") this.#state = "draining";
    await this.#until(() => this.#busy.size === 0 && this.#queue.length === 0);
    this.terminate();
    await this.#until(() => this.#leaving.size === 0);
  }

  /** Ends all threads at once. */
  terminate(): void {
    this.#state = "ended";
    const died = new ThreadDied("run blocking code: its pool of threads was terminated");
    for (const task of this.#queue.splice(0)) task.settle({ outcome: "threw", value: died });
    for (const thread of [...this.#idle.keys(), ...this.#busy]) this.#dismiss(thread, died);
  }

  #submit(task: Task): void {
    const thread = this.#findIdle(task.target.url);
    if (thread !== undefined) this.#give(thread, task);
    else if (this.#busy.size < this.#max) this.#giveNew(task);
    else if (this.#isHeldByAncestor(task)) this.#nest(task);
    else if (this.#queue.length < this.#maxQueue) this.#queue.push(task);
    else {
      const message = `run ${task.target.name}: ${this.#queue.length} tasks wait for a thread already, the most that maxQueue allows`;
      task.settle({ outcome: "threw", value: new QueueFull(message) });
    }
  }

  /** An idle thread, best one that has loaded the module. */
  #findIdle(url: string): Thread | undefined {
    let found: Thread | undefined;
    for (const thread of this.#idle.keys()) {
      if (found === undefined || thread.hasLoaded(url) || !found.hasLoaded(url)) found = thread;
    }
    return found;
  }

  #give(thread: Thread, task: Task): void {
    this.#idle.get(thread)?.();
    this.#idle.delete(thread);
    this.#busy.add(thread);
    try {
      thread.run(task);
      this.#track(task, thread);
    } catch (value) {
      task.settle({ outcome: "threw", value });
      this.#onIdle(thread);
    }
  }

  #giveNew(task: Task): void {
    let thread: Thread;
    try {
      thread = new Thread(this.#host);
    } catch (cause) {
      const said = cause instanceof Error ? cause.message : String(cause);
      const value = new ThreadDied(`start a blocking thread: ${said}`, { cause });
      task.settle({ outcome: "threw", value });
      return;
    }
    this.#give(thread, task);
  }

  #takes(task: Task): boolean {
    return this.#state === "open" || (this.#state === "draining" && this.#isHeldByAncestor(task));
  }

  #isHeldByAncestor(task: Task): boolean {
    return this.#ancestors(task).length > 0;
  }

  /** The waits above a task, nearest first, that hold threads of this pool. */
  #ancestors(task: Task): { readonly thread: Thread; readonly cause: Cause }[] {
    const ancestors = [];
    for (let cause = task.cause; cause !== undefined; cause = cause.task.cause) {
      const thread = this.#running.get(cause.task);
      if (thread?.isWaiting(cause)) ancestors.push({ thread, cause });
    }
    return ancestors;
  }

  /**
   * Runs a task on a parked thread that waits for it; on one more than `max` where none of those has its module, or where
   * it is a generator's: its consumer may be that very thread, and could not go on while the generator is on top of it.
   */
  #nest(task: Task): void {
    const ancestor = task.consumer
      ? undefined
      : this.#ancestors(task).find(({ thread }) => thread.hasLoaded(task.target.url));
    if (ancestor === undefined) {
      this.#giveNew(task);
      return;
    }
    try {
      ancestor.thread.nest(task, ancestor.cause);
      this.#track(task, ancestor.thread);
    } catch (value) {
      task.settle({ outcome: "threw", value });
    }
  }

  #track(task: Task, thread: Thread): void {
    this.#running.set(task, thread);
    task.onSettled.add(() => this.#running.delete(task));
  }

  #cancelWith(task: Task, signals: readonly AbortSignal[], grace: number): void {
    let cancelGrace: (() => void) | undefined;
    const onAbort = (event: Event) => {
      const { reason } = event.target as AbortSignal;
      const queued = this.#queue.indexOf(task);
      if (queued >= 0) {
        this.#queue.splice(queued, 1);
        task.settle({ outcome: "threw", value: reason });
        return;
      }
      const thread = this.#running.get(task);
      if (thread === undefined || task.cancellation !== undefined) return;
      thread.cancel(task, reason);
      if (task.settled) return;
      cancelGrace = runtime.after(grace, () => {
        const message = `run ${task.target.name}: it was cancelled and had not returned ${grace} ms later, so its thread was ended`;
        this.#dismiss(thread, new ThreadDied(message, { cause: reason }));
      });
    };
    for (const signal of signals) signal.addEventListener("abort", onAbort, { once: true });
    task.onSettled.add(() => {
      cancelGrace?.();
      for (const signal of signals) signal.removeEventListener("abort", onAbort);
    });
  }

  #onIdle(thread: Thread): void {
    // It was told to end before it had finished.
    if (this.#leaving.has(thread)) return;
    this.#busy.delete(thread);
    const next = this.#busy.size < this.#max ? this.#queue.shift() : undefined;
    if (next !== undefined) {
      this.#give(thread, next);
      return;
    }
    this.#notify();
    // A thread beyond `max`, started for a task whose ancestors held the others, goes at once.
    if (this.#busy.size + this.#idle.size >= this.#max) {
      this.#dismiss(thread, endedIdle());
      return;
    }
    this.#idle.set(
      thread,
      runtime.after(this.#idleTimeout, () => this.#endIdle(thread)),
    );
  }

  #endIdle(thread: Thread): void {
    if (this.#idle.size + this.#busy.size <= this.#min) return;
    this.#dismiss(thread, endedIdle());
  }

  /** Ends a thread, and counts on it no longer. */
  #dismiss(thread: Thread, reason: ThreadDied): void {
    this.#idle.get(thread)?.();
    this.#idle.delete(thread);
    this.#busy.delete(thread);
    this.#leaving.add(thread);
    this.#parkedTime += thread.parkedMs;
    thread.terminate(reason);
  }

  #onEnd(thread: Thread, died: ThreadDied, unstarted: Task | undefined): void {
    const wasIdle = this.#idle.has(thread);
    if (!this.#leaving.delete(thread)) {
      this.#idle.get(thread)?.();
      this.#idle.delete(thread);
      this.#busy.delete(thread);
      this.#parkedTime += thread.parkedMs;
    }
    // No task is there to reject, and what went wrong must be seen somewhere.
    if (wasIdle || unstarted !== undefined) {
      console.error(`awaitlet: an idle thread died: ${died.message}`, died.cause ?? "");
    }
    if (unstarted !== undefined) this.#submit(unstarted);
    this.#startQueued();
    this.#notify();
  }

  #startQueued(): void {
    while (this.#queue.length > 0 && this.#busy.size < this.#max) this.#giveNew(this.#queue.shift() as Task);
  }

  /** Resolves when `condition` holds; looked at whenever a thread has become idle or has ended. */
  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  #notify(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

function endedIdle(): ThreadDied {
  return new ThreadDied("end a blocking thread: it was idle");
}

function closed(name: string): Error {
  return new Error(
    `run ${name}: its pool of blocking threads takes no more tasks, it was disposed of or terminated`,
  );
}

let shared: Pool | undefined;
const pools = new WeakMap<Task, Pool>();

/** A function that runs a task for blocking code, which has asked for it from its thread. */
export function childTask(
  url: string,
  name: string,
  options: TaskOptions & { readonly loadTimeout?: number },
  pool: Pool = defaultThreads(),
): (...args: unknown[]) => Promise<unknown> {
  const { loadTimeout = DEFAULT_LOAD_TIMEOUT } = options;
  return (...args) => pool.run({ url, name, loadTimeout }, args, options);
}

/** The pool that tasks run on where no other is named. */
function defaultThreads(): Pool {
  shared ??= new Pool();
  return shared;
}

/** The pool of the task for which the present code runs; outside of tasks the default one. */
export function currentThreads(): Pool {
  const task = currentFlow.get()?.cause?.task;
  return (task && pools.get(task)) ?? defaultThreads();
}
