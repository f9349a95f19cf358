/**
 * One blocking thread: it is started, runs one task at a time, and ends.
 *
 * @module
 */

import { loadedModule, loadModule } from "../bridge/async_modules.ts";
import { Channel } from "../bridge/channel.ts";
import type { Cause } from "../bridge/flow.ts";
import { LoopEnd } from "../bridge/loop_end.ts";
import { createSharedMemory } from "../bridge/signal.ts";
import type { Task } from "../bridge/task.ts";
import { ThreadDied } from "../errors.ts";
import { runtime } from "../runtime/current.ts";
import type { ThreadEnd, WorkerThread } from "../runtime/types.ts";

// For what downloads or bundles modules ahead of time: it does nothing here.
import "./entry.ts";
import { explainEnd } from "./end_report.ts";
import { entryUrl } from "./entry_url.ts";

/** What a thread asks of the pool that it belongs to. */
export interface ThreadHost {
  readonly memoryLimit: number | undefined;
  childTask(url: string, name: string, options: object): (...args: unknown[]) => Promise<unknown>;
  /** The thread has finished its task and may take another. */
  onIdle(thread: Thread): void;
  /** The thread has ended, because of `died`. `unstarted` is a task that it was given and never began. */
  onEnd(thread: Thread, died: ThreadDied, unstarted: Task | undefined): void;
}

export class Thread {
  readonly #host: ThreadHost;
  readonly #worker: WorkerThread;
  readonly #channel: Channel;
  readonly #end: LoopEnd;
  readonly #loaded = new Set<string>();
  /** The task that the thread was last given, until it is done, with the number of its packet. */
  #task: { readonly task: Task; readonly packet: number } | undefined;
  #cancelLoadTimeout: (() => void) | undefined;
  /** Why this side ended the thread, where it did. */
  #reason: ThreadDied | undefined;
  #ended = false;

  /** Starts the thread; it takes its first task while it is still starting. */
  constructor(host: ThreadHost) {
    this.#host = host;
    const memory = createSharedMemory();
    const { port, handle } = runtime.createChannel();
    this.#channel = new Channel(memory, port, "loop");
    this.#end = new LoopEnd(this.#channel, {
      loadedModule,
      loadModule,
      childTask: host.childTask,
      serveFrom: (serve) => serve(),
      onLoaded: (task) => this.#onLoaded(task),
      onLoadFailed: (task, error) => this.#onLoadFailed(task, error),
      onDone: (task) => this.#onDone(task),
    });
    this.#worker = runtime.startWorker({
      role: "blocking",
      entry: entryUrl("entry"),
      memory,
      ports: [handle],
      memoryLimit: host.memoryLimit,
      onEnd: (end) => this.#onEnd(end),
    });
    this.#worker.keepAlive(false);
  }

  get parked(): boolean {
    return this.#channel.parked;
  }

  get parkedMs(): number {
    return this.#channel.parkedMs;
  }

  /** Whether the thread has yet to load its first module. */
  get starting(): boolean {
    return this.#loaded.size === 0;
  }

  get held(): LoopEnd["held"] {
    return this.#end.held;
  }

  hasLoaded(url: string): boolean {
    return this.#loaded.has(url);
  }

  /** Whether `cause` is a wait of a task that this thread still runs. */
  isWaiting(cause: Cause): boolean {
    return this.#end.isWaiting(cause);
  }

  /** Gives the idle thread a task. Throws, and stays idle, when the task's arguments cannot cross. */
  run(task: Task): void {
    this.#task = { task, packet: this.#end.run(task) };
    this.#worker.keepAlive(true);
    const { url, loadTimeout } = task.target;
    if (this.#loaded.has(url)) return;
    this.#cancelLoadTimeout = runtime.after(loadTimeout, () =>
      this.terminate(
        new ThreadDied(
          `load ${url}: it took longer than ${loadTimeout} ms; a blocking module must not await for long at its top level, or give blockingModule() a longer loadTimeout`,
        ),
      ),
    );
  }

  /** Runs a task on top of the wait that caused it, on this thread, which is parked in that wait or will be again. */
  nest(task: Task, cause: Cause): void {
    this.#end.nest(task, cause);
  }

  cancel(task: Task, reason: unknown): void {
    this.#end.cancel(task, reason);
  }

  /** Ends the thread; what it runs rejects with `reason`. */
  terminate(reason: ThreadDied): void {
    this.#reason ??= reason;
    this.#worker.terminate();
  }

  #onLoaded(task: Task): void {
    this.#cancelLoadTimeout?.();
    this.#loaded.add(task.target.url);
  }

  #onLoadFailed(task: Task, cause: unknown): void {
    const { url } = task.target;
    const said = cause instanceof Error ? cause.message : String(cause);
    const advice = runtime.explainLoadFailure(cause, url);
    // A module that failed stays failed on its thread, so the thread ends: the next one tries afresh.
    this.terminate(new ThreadDied(`load ${url}: ${said}${advice ? `; ${advice}` : ""}`, { cause }));
  }

  #onDone(task: Task): void {
    if (this.#task?.task === task) this.#task = undefined;
    if (this.#end.working > 0) return;
    this.#worker.keepAlive(false);
    this.#host.onIdle(this);
  }

  #onEnd(end: ThreadEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelLoadTimeout?.();
    this.#end.serve();
    // Given to a thread that had worked before and died idle (of a timer, say) before it took the packet: another
    // thread may run it, since this one cannot have begun.
    const given = this.#task;
    const unstarted =
      given !== undefined &&
      this.#loaded.size > 0 &&
      this.#reason === undefined &&
      !this.#end.wasTaken(given.packet)
        ? given.task
        : undefined;
    const died = this.#reason ?? explainEnd(end, "run blocking code");
    this.#end.end(died, unstarted);
    this.#host.onEnd(this, died, unstarted);
  }
}
