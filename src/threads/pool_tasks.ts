/**
 * The tasks of a pool that have not settled: which of them wait in the queue, and which thread has which.
 *
 * @module
 */

import type { Task } from "../bridge/task.ts";
import type { ParentWait } from "../bridge/task_context.ts";
import { runtime } from "../runtime/current.ts";
import type { BlockingThread } from "./blocking_thread.ts";
import type { Roster } from "./roster.ts";

/** A wait of a task, and the thread that waits. */
export interface WaitingThread {
  readonly thread: BlockingThread;
  readonly cause: ParentWait;
}

export class PoolTasks {
  readonly #roster: Roster;
  readonly #onEmpty: () => void;
  /** By number. */
  readonly #tasks = new Map<number, Task>();
  /** Those of them for which the shared queue had no room. */
  readonly #overflow: Task[] = [];
  #done = 0;
  #letClose: (() => void) | undefined;

  /** @param onEmpty Called when the last task has settled. */
  constructor(roster: Roster, onEmpty: () => void) {
    this.#roster = roster;
    this.#onEmpty = onEmpty;
  }

  get size(): number {
    return this.#tasks.size;
  }

  /** How many tasks have settled. */
  get done(): number {
    return this.#done;
  }

  get(id: number): Task | undefined {
    return this.#tasks.get(id);
  }

  /** Counts a task as the pool's until it has settled. */
  track(task: Task): void {
    this.#tasks.set(task.id, task);
    this.#letClose ??= runtime.holdOpen();
    task.onSettled.add(() => {
      this.#done++;
      this.#tasks.delete(task.id);
      if (this.#tasks.size > 0) return;
      this.#letClose?.();
      this.#letClose = undefined;
      this.#onEmpty();
    });
  }

  reject(task: Task, value: unknown): void {
    if (!this.#tasks.has(task.id)) this.#done++;
    task.settle({ outcome: "threw", value });
  }

  /** Whether no task waits before one that comes now. */
  get isQueueEmpty(): boolean {
    return this.#overflow.length === 0 && this.#roster.crew.queue?.length === 0;
  }

  /** Puts a task at the end of the queue. */
  enqueue(task: Task): void {
    if (this.#overflow.length === 0 && this.#put(task)) return;
    this.#overflow.push(task);
    this.#roster.crew.overflows = true;
  }

  /** Moves tasks into the shared queue as long as it has room. */
  refill(): void {
    while (this.#overflow[0] !== undefined && this.#put(this.#overflow[0])) this.#overflow.shift();
    this.#roster.crew.overflows = this.#overflow.length > 0;
  }

  /** Takes a task out of the queue. Returns whether no thread has taken it. */
  withdraw(task: Task): boolean {
    const waits = this.#overflow.indexOf(task);
    if (waits >= 0) {
      this.#overflow.splice(waits, 1);
      return true;
    }
    if (task.end !== undefined || task.position === undefined) return false;
    return this.#roster.crew.queue?.withdraw(task.position, task.id) === true;
  }

  /** The tasks that no thread has taken, in order. */
  queued(): Task[] {
    return [...this.#tasks.values()].filter(
      (task) => task.end === undefined && this.threadOf(task) === undefined,
    );
  }

  /** The tasks that a thread has taken from the queue, and of which it has sent nothing yet. */
  takenBy(thread: BlockingThread): Task[] {
    // One for a single task is a crew of its own, where it may have the number that another has here.
    if (thread.crew !== this.#roster.crew) return [];
    return [...this.#tasks.values()].filter(
      (task) => task.end === undefined && this.#takerOf(task) === thread.index,
    );
  }

  /** The thread that runs a task, or has taken it. */
  threadOf(task: Task): BlockingThread | undefined {
    if (!this.#tasks.has(task.id)) return undefined;
    if (task.end !== undefined) return this.#roster.threadOf(task);
    const taker = this.#takerOf(task);
    return taker === undefined ? undefined : this.#roster.threadAt(taker);
  }

  /** This wait and those above it, nearest first, that hold threads of this pool. */
  ancestors(nearest: ParentWait | undefined): WaitingThread[] {
    const ancestors: WaitingThread[] = [];
    for (let cause = nearest; cause !== undefined; cause = cause.task.parent) {
      const thread = this.threadOf(cause.task);
      if (thread?.isWaiting(cause)) ancestors.push({ thread, cause });
    }
    return ancestors;
  }

  /** Whether a thread of this pool waits for a task. */
  isHeldByAncestor(task: Task): boolean {
    return this.ancestors(task.parent).length > 0;
  }

  /** Puts a task into the shared queue, if there is room. */
  #put(task: Task): boolean {
    const { queue } = this.#roster.crew;
    if (queue === undefined) return false;
    // A thread that takes a task without a text asks for it.
    task.position = queue.put(task.id, task.queued ?? "");
    return task.position !== undefined;
  }

  /** The number of the thread that has taken a task from the queue. */
  #takerOf(task: Task): number | undefined {
    return task.position === undefined ? undefined : this.#roster.crew.queue?.ownerOf(task.position, task.id);
  }
}
