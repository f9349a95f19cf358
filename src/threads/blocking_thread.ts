/**
 * One blocking thread: it starts, runs tasks, one at a time, and ends.
 *
 * @module
 */

import { ThreadDied } from "../base/errors.ts";
import { loadAhead, loadedModule, loadModule } from "../bridge/async_modules.ts";
import { LoopEnd } from "../bridge/loop_end.ts";
import type { Task } from "../bridge/task.ts";
import type { ParentWait } from "../bridge/task_context.ts";
import { runtime } from "../runtime/current.ts";
import type { ThreadEnd, WorkerThread } from "../runtime/types.ts";
import { createBridgeMemory, ThreadState } from "../transport/cells.ts";
import { Channel } from "../transport/channel.ts";
import type { CrewLoop } from "../transport/crew_loop.ts";
import { takeExitCode } from "../transport/exit_code.ts";
import { said } from "../wire/said.ts";

// For what downloads or bundles modules ahead of time: it does nothing here.
import "./blocking_entry.ts";
import { explainEnd } from "./exit_report.ts";

/**
 * How long a thread that was ended may take to be gone, in milliseconds. On Node and Bun one that is in `execFileSync()` ends when
 * that returns: whoever waits for its task is told before.
 */
const LONGEST_END = 400;

/** How many milliseconds a thread may take to load its first module, and how many then for its first task, and is called new. */
const FIRST_LOAD = 300;
const FIRST_TASK = 60;

/** What a thread asks of the pool that it belongs to. */
export interface ThreadHost {
  readonly memoryLimit: number | undefined;
  childTask(url: string, name: string, options: object): (...args: unknown[]) => Promise<unknown>;
  /** The task of that number; none where it is over. */
  takenTask(id: number): Task | undefined;
  /** The thread has finished a task. */
  onDone(thread: BlockingThread): void;
  /** The thread has ended, because of `died`. `unstarted` is a task that it was given and never read. */
  onEnd(thread: BlockingThread, died: ThreadDied, unstarted: Task | undefined): void;
}

export class BlockingThread {
  readonly #host: ThreadHost;
  readonly crew: CrewLoop;
  /** Its number in the crew. */
  readonly index: number;
  readonly #worker: WorkerThread;
  readonly #channel: Channel;
  readonly #end: LoopEnd;
  readonly #loaded = new Set<string>();
  #cancelLoadTimeout: (() => void) | undefined;
  /** Why this side ended the thread, where it did. */
  #reason: ThreadDied | undefined;
  #cancelEndTimeout: (() => void) | undefined;
  /** Whether nobody waits for it any more. */
  #ended = false;
  /** Whether it is gone. */
  #left = false;
  /** The task that the thread was sent last, and the place after it among what was sent. */
  #given: { readonly task: Task; readonly place: number } | undefined;
  #tasksDone = 0;
  readonly #startedAt: number = performance.now();
  /** When it had loaded its first module. */
  #loadedAt: number | undefined;

  /**
   * Starts the thread.
   *
   * @param startTimeout How long it may take, in milliseconds, until it runs its first task or is idle.
   */
  constructor(host: ThreadHost, crew: CrewLoop, startTimeout: number) {
    this.#host = host;
    this.crew = crew;
    const memory = createBridgeMemory();
    const { port, handle } = runtime.createChannel();
    this.#channel = new Channel(memory, port, "loop");
    this.#end = new LoopEnd(this.#channel, {
      loadedModule,
      loadModule,
      childTask: host.childTask,
      takenTask: (id) => host.takenTask(id),
      publish: () => crew.dispatcher.publish(this.index),
      setAwaited: (isAwaited) => crew.dispatcher.setAwaited(this.index, isAwaited),
      onFetch: (id) => this.#onFetch(id),
      onLoading: (task, url) => this.#startLoadTimeout(url, task.target.loadTimeout),
      onLoaded: (url) => this.#onLoaded(url),
      onLoadFailed: (task, error) => this.#onLoadFailed(task, error),
      onDone: () => {
        this.#tasksDone++;
        takeExitCode();
        host.onDone(this);
      },
    });
    this.index = crew.join({ receive: () => this.#end.receive(), wake: () => this.#channel.wake() });
    crew.dispatcher.starts(this.index);
    this.#channel.listen(() => crew.read());
    try {
      this.#worker = runtime.startWorker({
        role: "blocking",
        entry: new URL("./blocking_entry.ts", import.meta.url),
        memory,
        crew: { memory: crew.memory, index: this.index },
        ports: [handle],
        memoryLimit: host.memoryLimit,
        onEnd: (end) => this.#onEnd(end),
      });
    } catch (error) {
      crew.leave(this.index);
      port.close();
      throw error;
    }
    this.#worker.keepAlive(false);
    loadAhead();
    this.#startLoadTimeout("awaitlet on a blocking thread", startTimeout);
  }

  /** Whether the thread sleeps in a wait of its task. */
  get parked(): boolean {
    return this.crew.dispatcher.stateOf(this.index) === ThreadState.parked;
  }

  get parkedMs(): number {
    return this.#channel.parkedMs;
  }

  /** Whether the thread has run so far that it could take a task. */
  get hasStarted(): boolean {
    return this.#channel.hasStarted;
  }

  /** Whether it starts, or is with its first task: it connects somewhere, perhaps, and what it does is slow. That may also take for ever. */
  get isNew(): boolean {
    if (this.#tasksDone > 0) return false;
    const now = performance.now();
    if (this.#loadedAt !== undefined) return now < this.#loadedAt + FIRST_TASK;
    return !this.hasStarted || now < this.#startedAt + FIRST_LOAD;
  }

  /** Whether the thread has loaded a module. */
  get hasWorked(): boolean {
    return this.#loaded.size > 0;
  }

  /** Whether a task runs here, or is to. */
  get isBusy(): boolean {
    return this.#end.working > 0 || this.crew.dispatcher.isBusy(this.index);
  }

  /** How many tasks it has finished. */
  get tasksDone(): number {
    return this.#tasksDone;
  }

  get held(): LoopEnd["held"] {
    return this.#end.held;
  }

  hasLoaded(url: string): boolean {
    return this.#loaded.has(url);
  }

  /** Whether the thread looks at the queue soon, by itself. */
  get looksSoon(): boolean {
    return this.#end.working === 0 && this.crew.dispatcher.looksSoon(this.index);
  }

  /** Whether `cause` is a wait of a task that this thread still runs. */
  isWaiting(cause: ParentWait): boolean {
    return this.#end.isWaiting(cause);
  }

  /** Whether `task` is one of this thread's. */
  runs(task: Task): boolean {
    return task.end === this.#end;
  }

  /** Sends the thread a task. Throws when the task's arguments cannot cross. */
  run(task: Task): void {
    this.#end.run(task);
    this.#given = { task, place: this.#channel.sent };
  }

  /** Runs a task on top of the wait that caused it, on this thread, which is parked in that wait or will be again. */
  nest(task: Task, cause: ParentWait): void {
    this.#end.nest(task, cause);
  }

  cancel(task: Task, reason: unknown): void {
    this.#end.cancel(task, reason);
  }

  /** Ends the thread; what it runs rejects with `reason`. */
  terminate(reason: ThreadDied): void {
    this.#reason ??= reason;
    // Before anything else: until it has ended it must take no task.
    this.#channel.end();
    this.#worker.terminate();
    this.#cancelEndTimeout ??= runtime.after(LONGEST_END, () => this.#conclude(this.#reason ?? reason));
  }

  /** Keeps the thread from taking tasks, where it has none. Returns whether that is so: then it is to be ended. */
  retire(): boolean {
    return !this.isBusy && this.crew.dispatcher.retire(this.index);
  }

  #onFetch(id: number): void {
    const task = this.#host.takenTask(id);
    if (task === undefined) {
      this.#end.withdraw(id);
      return;
    }
    try {
      this.#end.run(task);
    } catch (value) {
      this.#end.withdraw(id);
      task.settle({ outcome: "threw", value });
      this.#host.onDone(this);
    }
  }

  #startLoadTimeout(what: string, ms: number): void {
    this.#cancelLoadTimeout?.();
    this.#cancelLoadTimeout = runtime.after(ms, () => {
      // It may have come so far, and told nobody, since it has had nothing to do.
      if (this.hasStarted && !this.isBusy) return;
      this.terminate(
        new ThreadDied(
          `load ${what}: it took longer than ${ms} ms; a blocking module must not await for long at its top level, or give blockingModule() a longer loadTimeout`,
        ),
      );
    });
  }

  #onLoaded(url: string): void {
    this.#cancelLoadTimeout?.();
    if (url === "") return;
    this.#loaded.add(url);
    this.#loadedAt ??= performance.now();
  }

  #onLoadFailed(task: Task, cause: unknown): void {
    const { url } = task.target;
    const advice = runtime.explainLoadFailure(cause, url);
    // A module that failed stays failed on its thread, so the thread ends: the next one tries afresh.
    this.terminate(new ThreadDied(`load ${url}: ${said(cause)}${advice ? `; ${advice}` : ""}`, { cause }));
  }

  #onEnd(end: ThreadEnd): void {
    if (this.#left) return;
    this.#left = true;
    this.#conclude(this.#reason ?? explainEnd(end, "run blocking code"));
    // Not before: until then it might still touch the memory that the next thread of this number has.
    this.crew.leave(this.index);
  }

  /** The thread runs nothing any more, or will not when it returns from a system call. */
  #conclude(died: ThreadDied): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#channel.end();
    this.#cancelLoadTimeout?.();
    this.#cancelEndTimeout?.();
    this.#worker.keepAlive(false);
    this.#end.receive();
    // Sent to a thread that had worked before and died without a task (of a timer, say) before it read of it: another one may run
    // it, since this one cannot have begun.
    const given = this.#given;
    const isUnstarted =
      given !== undefined &&
      this.hasWorked &&
      this.#reason === undefined &&
      this.#end.letGo(given.task, () => !this.#channel.wasRead(given.place));
    this.#host.onEnd(this, died, isUnstarted ? given.task : undefined);
    this.#end.end(died);
  }
}
