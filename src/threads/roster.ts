/**
 * The threads of a pool: they start, are counted, and end.
 *
 * @module
 */

import type { ThreadDied } from "../base/errors.ts";
import type { Task } from "../bridge/task.ts";
import { runtime } from "../runtime/current.ts";
import { MOST_MEMBERS } from "../transport/cells.ts";
import { CrewLoop } from "../transport/crew_loop.ts";
import { BlockingThread, type ThreadHost } from "./blocking_thread.ts";
import { type IdleLimits, IdleSweep } from "./idle_sweep.ts";
import type { PoolStats } from "./options.ts";
import { cannotStart, endedIdle } from "./pool_errors.ts";

export const DEFAULT_LOAD_TIMEOUT = 30_000;

export class Roster {
  readonly #host: ThreadHost;
  readonly #onRead: () => void;
  #crew: CrewLoop | undefined;
  readonly #threads = new Set<BlockingThread>();
  /** The threads that serve the queue. */
  readonly threads: ReadonlySet<BlockingThread> = this.#threads;
  /** Threads beyond `max`, each for one task, with no part in the queue. */
  readonly #extra = new Set<BlockingThread>();
  /** The threads that were told to end and have not yet. */
  readonly #leaving = new Set<BlockingThread>();
  /** The time that threads which have ended were parked. */
  #parkedTime = 0;
  #isStarting = false;
  readonly #idleSweep: IdleSweep;

  /** @param onRead Called when all that the threads have sent has been read, where threads or tasks wait. */
  constructor(host: ThreadHost, idleLimits: IdleLimits, onRead: () => void) {
    this.#host = host;
    this.#onRead = onRead;
    this.#idleSweep = new IdleSweep(idleLimits, this.#threads, (thread) => this.dismiss(thread, endedIdle()));
  }

  /** The memory and the queue that the threads share, made for the first task. */
  get crew(): CrewLoop {
    this.#crew ??= new CrewLoop(Math.min(runtime.parallelism, MOST_MEMBERS), undefined, this.#onRead);
    return this.#crew;
  }

  /** Those that serve the queue, and those for a single task. */
  get all(): BlockingThread[] {
    return [...this.#threads, ...this.#extra];
  }

  /** How many threads that serve the queue have a task. */
  get busy(): number {
    let busy = 0;
    for (const thread of this.#threads) if (thread.isBusy) busy++;
    return busy;
  }

  /** Whether threads that were told to end have not yet. */
  get areLeaving(): boolean {
    return this.#leaving.size > 0;
  }

  /** The thread that runs a task. */
  threadOf(task: Task): BlockingThread | undefined {
    for (const thread of this.#threads) if (thread.runs(task)) return thread;
    for (const thread of this.#extra) if (thread.runs(task)) return thread;
    return undefined;
  }

  /** The thread of that number among those that serve the queue. */
  threadAt(index: number): BlockingThread | undefined {
    for (const thread of this.#threads) if (thread.index === index) return thread;
    return undefined;
  }

  /** Starts a thread that serves the queue. Throws where it cannot. */
  start(): BlockingThread {
    return this.#add(this.#threads, this.crew);
  }

  /** Starts a thread for one task. Throws where it cannot. */
  startExtra(): BlockingThread {
    return this.#add(this.#extra, new CrewLoop(0));
  }

  /** Starts a thread that serves the queue, unless this is called while one is started so. Throws where it cannot. */
  startOne(): void {
    // One that cannot start leaves its crew, which reads then, and must not start another meanwhile.
    if (this.#isStarting) return;
    this.#isStarting = true;
    try {
      this.start();
    } finally {
      this.#isStarting = false;
    }
  }

  /** A thread has finished a task, or never began it: it may have nothing to do from now on. */
  finished(thread: BlockingThread): void {
    if (this.#extra.has(thread) && !thread.isBusy) this.dismiss(thread, endedIdle());
    this.#idleSweep.start();
  }

  /** Ends a thread, and counts on it no longer. */
  dismiss(thread: BlockingThread, reason: ThreadDied): void {
    if (this.#threads.delete(thread) || this.#extra.delete(thread)) {
      this.#leaving.add(thread);
      this.#parkedTime += thread.parkedMs;
    }
    thread.terminate(reason);
  }

  /** A thread has ended. Returns whether it was counted on: nobody had dismissed it. */
  remove(thread: BlockingThread): boolean {
    if (this.#leaving.delete(thread)) return false;
    this.#parkedTime += thread.parkedMs;
    return this.#threads.delete(thread) || this.#extra.delete(thread);
  }

  stats(): Omit<PoolStats, "queued" | "done"> {
    const { all } = this;
    const starting = all.filter((thread) => (thread.isBusy ? !thread.hasWorked : !thread.hasStarted)).length;
    const working = all.filter((thread) => thread.isBusy && thread.hasWorked);
    const parked = working.filter((thread) => thread.parked).length;
    const running = working.length - parked;
    const parkedTime = all.reduce((sum, thread) => sum + thread.parkedMs, this.#parkedTime);
    return { idle: all.length - starting - parked - running, running, parked, starting, parkedTime };
  }

  #add(among: Set<BlockingThread>, crew: CrewLoop): BlockingThread {
    try {
      const thread = new BlockingThread(this.#host, crew, DEFAULT_LOAD_TIMEOUT);
      among.add(thread);
      return thread;
    } catch (cause) {
      throw cannotStart(cause);
    }
  }
}
