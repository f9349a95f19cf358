/**
 * To which thread of a pool a task goes: to an idle one, a new one, one that waits for it, or the one that takes it from the queue.
 *
 * @module
 */

import type { ThreadDied } from "../base/errors.ts";
import { copyArguments } from "../bridge/argument_copy.ts";
import type { Task } from "../bridge/task.ts";
import type { BlockingThread } from "./blocking_thread.ts";
import { CrewWatch } from "./crew_watch.ts";
import { queueFull } from "./pool_errors.ts";
import type { PoolTasks } from "./pool_tasks.ts";
import type { Roster } from "./roster.ts";

export interface PlacementLimits {
  /** How many threads there may be. */
  readonly max: number;
  /** How many tasks may wait for one. */
  readonly maxQueue: number;
}

/**
 * Threads take tasks from a queue in shared memory by themselves. A task that its ancestors' threads wait for never waits
 * for one of them: see `#submitNested`.
 */
export class Placement {
  readonly #roster: Roster;
  readonly #tasks: PoolTasks;
  readonly #max: number;
  readonly #maxQueue: number;
  readonly #watch: CrewWatch;
  #hasEnded = false;

  constructor(roster: Roster, tasks: PoolTasks, { max, maxQueue }: PlacementLimits) {
    this.#roster = roster;
    this.#tasks = tasks;
    this.#max = max;
    this.#maxQueue = maxQueue;
    const hasEnded = () => this.#hasEnded;
    this.#watch = new CrewWatch({
      get crew() {
        return roster.crew;
      },
      threads: roster.threads,
      max,
      get hasEnded() {
        return hasEnded();
      },
      get hasTasks() {
        return tasks.size > 0;
      },
      start: () => this.#startForQueue(),
    });
  }

  submit(task: Task): void {
    if (task.parent !== undefined && this.#tasks.isHeldByAncestor(task)) {
      this.#submitNested(task);
      return;
    }
    if (this.#maxQueue !== Number.POSITIVE_INFINITY) {
      const free = Math.max(0, this.#max - this.#roster.busy);
      const queued = this.#tasks.queued().length - free;
      if (queued >= this.#maxQueue) {
        this.#tasks.reject(task, queueFull(task.target.name, queued));
        return;
      }
    }
    this.#tasks.track(task);
    this.place(task);
  }

  /** Sends a task to a thread, or puts it into the queue. */
  place(task: Task): void {
    if (task.queued === undefined && (this.#giveAtOnce(task) || !this.#keepArguments(task))) return;
    this.#tasks.enqueue(task);
    this.kick();
  }

  /** Has threads look at the queue, as many as may run; and starts one where there are too few. */
  kick(): void {
    if (this.#hasEnded) return;
    const { crew, threads } = this.#roster;
    const { dispatcher, queue } = crew;
    let tasks = queue?.length ?? 0;
    if (tasks === 0) return;
    for (const thread of threads) if (thread.looksSoon) tasks--;
    while (tasks > 0 && dispatcher.wakeForTask()) tasks--;
    if (tasks <= 0) return;
    this.#watch.heldBack();
    if (threads.size >= this.#max) return;
    if (threads.size === 0) this.#startForQueue();
    this.#watch.grow();
  }

  /** All that the threads have sent has been read. */
  afterReading(): void {
    if (this.#hasEnded) return;
    this.#tasks.refill();
    const { dispatcher } = this.#roster.crew;
    if (dispatcher.tasksWait) this.kick();
    if (dispatcher.isHeldBack) this.#watch.heldBack();
  }

  /** Starts no thread any more for the tasks in the queue: they reject. */
  end(died: ThreadDied): void {
    this.#hasEnded = true;
    for (const task of this.#tasks.queued()) {
      this.#tasks.withdraw(task);
      this.#tasks.reject(task, died);
    }
  }

  /**
   * A task that threads of this pool wait for goes to an idle thread, else to a new one, else onto a thread that waits for it: so it
   * never waits for one that its ancestors hold. A thread is idle for it only where the queue leaves one over.
   */
  #submitNested(task: Task): void {
    const { threads } = this.#roster;
    const idle = [...threads].filter((thread) => thread.hasStarted && !thread.isBusy).length;
    const isLeftOver = idle > this.#tasks.queued().length;
    this.#tasks.track(task);
    if (isLeftOver) this.place(task);
    else if (threads.size < this.#max) this.#giveNew(task, () => this.#roster.start());
    else this.#nest(task);
  }

  /**
   * Runs a task on a parked thread that waits for it; on one more than `max` where none of those has its module, or where
   * it is a generator's: its consumer may be that very thread, and could not go on while the generator is on top of it.
   */
  #nest(task: Task): void {
    const ancestor = task.consumer
      ? undefined
      : this.#tasks.ancestors(task.parent).find(({ thread }) => thread.hasLoaded(task.target.url));
    if (ancestor === undefined) {
      this.#giveNew(task, () => this.#roster.startExtra());
      return;
    }
    try {
      ancestor.thread.nest(task, ancestor.cause);
    } catch (value) {
      task.settle({ outcome: "threw", value });
    }
  }

  /**
   * Sends a task that the queue cannot hold, because of its arguments, right to a thread without one, or to the first: so the arguments
   * are copied, or moved, at the call. Returns whether there was such a thread.
   */
  #giveAtOnce(task: Task): boolean {
    const { crew, threads } = this.#roster;
    if (threads.size === 0) {
      this.#giveNew(task, () => this.#roster.start());
      return true;
    }
    if (!this.#tasks.isQueueEmpty) return false;
    for (const thread of threads) {
      if (thread.isBusy) continue;
      // One that has just finished a task reads what was sent to it before it takes another.
      const wake = thread.looksSoon ? () => {} : crew.dispatcher.claim(thread.index);
      if (wake === undefined) continue;
      try {
        thread.run(task);
      } catch (value) {
        task.settle({ outcome: "threw", value });
      }
      wake();
      return true;
    }
    return false;
  }

  /** Has the arguments be as they are now, whenever a thread takes the task. Where they cannot cross, the task rejects. */
  #keepArguments(task: Task): boolean {
    try {
      task.args = copyArguments(task.args);
      return true;
    } catch (value) {
      task.settle({ outcome: "threw", value });
      return false;
    }
  }

  /** Starts a thread for a task. */
  #giveNew(task: Task, start: () => BlockingThread): void {
    let thread: BlockingThread;
    try {
      thread = start();
    } catch (died) {
      this.#tasks.reject(task, died);
      return;
    }
    try {
      thread.run(task);
    } catch (value) {
      task.settle({ outcome: "threw", value });
      this.#roster.finished(thread);
    }
  }

  /** Starts a thread for the queue's tasks. Where it cannot, the oldest learns why, and the next one is tried for. */
  #startForQueue(): void {
    const [oldest, next] = this.#tasks.queued();
    if (oldest === undefined) return;
    try {
      this.#roster.startOne();
    } catch (died) {
      this.#tasks.withdraw(oldest);
      this.#tasks.reject(oldest, died);
      if (next !== undefined) queueMicrotask(() => this.kick());
    }
  }
}
