/**
 * A pool of blocking threads.
 *
 * @module
 */

import { ThreadDied } from "../base/errors.ts";
import { GeneratorStream } from "../bridge/generator_stream.ts";
import { queuedTask } from "../bridge/messages.ts";
import { callerHere } from "../bridge/stack_trace.ts";
import { type Target, Task } from "../bridge/task.ts";
import { currentContext, type TaskContext } from "../bridge/task_context.ts";
import { runtime } from "../runtime/current.ts";
import { MOST_MEMBERS } from "../transport/cells.ts";
import { LONGEST_TASK } from "../transport/task_queue.ts";
import type { BlockingThread, ThreadHost } from "./blocking_thread.ts";
import { cancelWith } from "./cancel_task.ts";
import type { PoolOptions, PoolStats, TaskOptions } from "./options.ts";
import { Placement } from "./placement.ts";
import { closed, closedWithin } from "./pool_errors.ts";
import { PoolTasks } from "./pool_tasks.ts";
import { DEFAULT_LOAD_TIMEOUT, Roster } from "./roster.ts";

/** Four threads a core wait for the loop while one computes; more gain nothing. Even one core has use for eight. */
const DEFAULT_MAX = Math.min(Math.max(8, 4 * runtime.parallelism), MOST_MEMBERS);
const DEFAULT_IDLE_TIMEOUT = 300_000;
const DEFAULT_GRACE = 5_000;

/** For how many milliseconds a thread that was ended may run on, at the most. */
const LAST_TAKEN = 100;

const NO_OPTIONS: TaskOptions = {};

/** A pool of blocking threads, on which tasks run. */
export class Pool {
  readonly #max: number;
  readonly #warnNotAwaited: boolean;
  readonly #roster: Roster;
  readonly #tasks: PoolTasks;
  readonly #placement: Placement;
  /** Draining, it takes only what the tasks that it has start in their turn. */
  #state: "open" | "draining" | "ended" = "open";
  readonly #waiting: (() => void)[] = [];

  constructor(options: PoolOptions = {}) {
    const min = options.min ?? 0;
    const max = options.max ?? Math.max(DEFAULT_MAX, min);
    const idleTimeout = options.idleTimeout ?? DEFAULT_IDLE_TIMEOUT;
    const maxQueue = options.maxQueue ?? Number.POSITIVE_INFINITY;
    if (!(max >= 1 && max >= min)) {
      throw new RangeError(`create blocking threads: max is ${max}, it must be at least 1 and min`);
    }
    this.#max = max;
    this.#warnNotAwaited = options.warnNotAwaited ?? true;
    const host: ThreadHost = {
      memoryLimit: options.memoryLimit,
      childTask: (url, name, options) => this.child(url, name, options),
      takenTask: (id) => this.#tasks.get(id),
      onDone: (thread) => this.#roster.finished(thread),
      onEnd: (thread, died, unstarted) => this.#onEnd(thread, died, unstarted),
    };
    this.#roster = new Roster(host, { min, idleTimeout }, () => this.#placement.afterReading());
    this.#tasks = new PoolTasks(this.#roster, () => this.#notify());
    this.#placement = new Placement(this.#roster, this.#tasks, { max, maxQueue });
  }

  /** Runs `target` as a task. Never throws: whatever goes wrong rejects the promise. */
  run(
    target: Target,
    args: readonly unknown[],
    options: TaskOptions = NO_OPTIONS,
    caller: Error | undefined = undefined,
    consumer?: GeneratorStream,
  ): Promise<unknown> {
    const context = currentContext.get();
    const { assertAwaitOccurs = false, grace = DEFAULT_GRACE, signal, timeout } = options;
    const { warnNotAwaited = this.#warnNotAwaited } = options;
    const task = new Task({
      target,
      args,
      assertAwaitOccurs,
      warnNotAwaited,
      consumer,
      context,
      caller,
      pool: this,
    });
    if (consumer === undefined && task.variables.size === 0) {
      const text = queuedTask.write(target.url, target.name, args);
      if (text !== undefined && text.length <= LONGEST_TASK) task.queued = text;
    }
    // In the context of the call, whoever takes the first step.
    task.generator = (args) =>
      new GeneratorStream((taker) =>
        task.inContext(() =>
          currentContext.run(context as TaskContext, () => this.run(target, args, options, caller, taker)),
        ),
      );
    // Structured: what cancels a task cancels those that its async code has started and waits for.
    const parent = context?.cause?.task.signal;
    const aborted = signal?.aborted ? signal : parent?.aborted ? parent : undefined;
    if (aborted !== undefined) this.#tasks.reject(task, aborted.reason);
    else if (!this.#takes(task)) this.#tasks.reject(task, closed(target.name));
    else {
      this.#placement.submit(task);
      if (!task.settled && (signal !== undefined || parent !== undefined || timeout !== undefined)) {
        this.#cancelWith(task, [signal, parent], timeout, grace);
      }
    }
    return task.result;
  }

  /** A function that runs a task for blocking code of the pool's, which has asked for it from its thread. */
  child(
    url: string,
    name: string,
    options: TaskOptions & { readonly loadTimeout?: number },
  ): (...args: unknown[]) => Promise<unknown> {
    const { loadTimeout = DEFAULT_LOAD_TIMEOUT } = options;
    return (...args) => this.run({ url, name, loadTimeout }, args, options, callerHere());
  }

  /** Starts threads until there are `count` of them, and waits until they could run a task. */
  async warmUp(count: number): Promise<void> {
    const wanted = Math.min(count, this.#max);
    while (this.#state === "open") {
      const starting = [...this.#roster.threads].filter((thread) => !thread.hasStarted);
      if (starting.length === 0 && this.#roster.threads.size >= wanted) return;
      // One at a time: threads that start together hold each other up.
      if (starting.length === 0) this.#roster.startOne();
      const letClose = runtime.holdOpen();
      await new Promise<void>((resolve) => runtime.after(1, resolve));
      letClose();
    }
  }

  stats(): PoolStats {
    const { threads, busy } = this.#roster;
    return {
      ...this.#roster.stats(),
      // As many as there are threads without a task are as good as taken.
      queued: Math.max(0, this.#tasks.queued().length - (threads.size - busy)),
      done: this.#tasks.done,
    };
  }

  /** What the threads hold for tasks, calls and references: nothing, once all tasks have settled. */
  get held(): { readonly tasks: number; readonly references: number; readonly calls: number } {
    const all = this.#roster.all.map((thread) => thread.held);
    const sum = (count: (held: BlockingThread["held"]) => number) =>
      all.reduce((total, held) => total + count(held), 0);
    return { tasks: sum((h) => h.tasks), references: sum((h) => h.references), calls: sum((h) => h.calls) };
  }

  /**
   * Takes no more tasks, waits until those it has are settled, and ends the threads; with `force` it ends them at once.
   *
   * @throws {Error} When a task of this pool waits for that: it would wait for its own end.
   */
  async close(force: boolean): Promise<void> {
    if (!force) {
      const [nearest] = this.#tasks.ancestors(currentContext.get()?.cause);
      if (nearest !== undefined) throw closedWithin(nearest.cause.task.target.name);
      if (this.#state === "open") this.#state = "draining";
      await this.#until(() => this.#tasks.size === 0);
    }
    this.terminate();
    await this.#until(() => !this.#roster.areLeaving);
  }

  /** Ends all threads at once. */
  terminate(): void {
    this.#state = "ended";
    const died = new ThreadDied("run blocking code: its pool of threads was terminated");
    this.#placement.end(died);
    for (const thread of this.#roster.all) this.#roster.dismiss(thread, died);
  }

  #takes(task: Task): boolean {
    return this.#state === "open" || (this.#state === "draining" && this.#tasks.isHeldByAncestor(task));
  }

  #cancelWith(
    task: Task,
    signals: readonly (AbortSignal | undefined)[],
    timeout: number | undefined,
    grace: number,
  ): void {
    const cancelled = (reason: unknown): BlockingThread | undefined => {
      // Also where a thread has taken it, and asks for it: it learns that there is nothing to run.
      const isAwaited = task.end === undefined && task.queued === undefined;
      if (!this.#tasks.withdraw(task) && !isAwaited) return this.#tasks.threadOf(task);
      this.#tasks.reject(task, reason);
      return undefined;
    };
    const limits = { signals, timeout, grace };
    cancelWith(task, limits, cancelled, (thread, died) => this.#roster.dismiss(thread, died));
  }

  /** A thread has ended. Called before its number is given to another. */
  #onEnd(thread: BlockingThread, died: ThreadDied, unstarted: Task | undefined): void {
    const taken = this.#tasks.takenBy(thread);
    const wasKept = this.#roster.remove(thread);
    const hadTasks = taken.length > 0 || thread.isBusy;
    for (const task of taken) this.#tasks.reject(task, died);
    // One that it took while it was being ended, and ran on.
    runtime.after(LAST_TAKEN, () => {
      for (const task of this.#tasks.takenBy(thread)) this.#tasks.reject(task, died);
      if (this.#tasks.size > 0) this.#roster.crew.settle();
    });
    if (wasKept && !hadTasks) {
      // It could not even start, and neither will the next: one task at a time learns why.
      const [oldest] = thread.hasStarted ? [] : this.#tasks.queued();
      if (oldest !== undefined && this.#tasks.withdraw(oldest)) this.#tasks.reject(oldest, died);
      // No task is there to reject, and what went wrong must be seen somewhere.
      else console.error(`awaitlet: an idle thread died: ${died.message}`, died.cause ?? "");
    }
    // It was cancelled on the thread that has died: no other would learn of it.
    if (unstarted?.cancellation !== undefined) this.#tasks.reject(unstarted, unstarted.cancellation.reason);
    else if (unstarted !== undefined) {
      // Objects that it was given may have changed since, or moved to the thread that has died.
      const isAsAtCall = unstarted.args.every((arg) => typeof arg !== "object" || arg === null);
      if (isAsAtCall) queueMicrotask(() => this.#placement.place(unstarted));
      else this.#tasks.reject(unstarted, died);
    }
    queueMicrotask(() => this.#placement.kick());
    this.#notify();
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
