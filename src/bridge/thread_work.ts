/**
 * What a blocking thread does from its event loop: it runs the tasks that there are, and sleeps between them.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import { ThreadState } from "../transport/cells.ts";
import type { Channel } from "../transport/channel.ts";
import type { CrewMember } from "../transport/crew_member.ts";
import type { TaskQueue } from "../transport/task_queue.ts";
import type { BlockingEnd } from "./blocking_end.ts";
import type { Runner } from "./blocking_inbox.ts";

/** For how many milliseconds an idle thread sleeps before it goes to its event loop, whose timers stand still meanwhile. */
const IDLE = 50;

export class ThreadWork {
  readonly #end: BlockingEnd;
  readonly #runner: Runner;
  readonly #channel: Channel;
  readonly #member: CrewMember;
  readonly #index: number;
  readonly #queue: TaskQueue | undefined;
  readonly #hasCome: () => boolean;
  readonly #serve = (): void => this.serve();
  #isWorking = false;
  #isDoomed = false;

  constructor(
    end: BlockingEnd,
    runner: Runner,
    channel: Channel,
    member: CrewMember,
    index: number,
    queue: TaskQueue | undefined,
  ) {
    this.#end = end;
    this.#runner = runner;
    this.#channel = channel;
    this.#member = member;
    this.#index = index;
    this.#queue = queue;
    this.#hasCome = () =>
      channel.hasArrived || end.inbox.hasMore || (queue !== undefined && queue.length > 0);
  }

  /** From the event loop: the thread has been woken, or starts. */
  serve(): void {
    if (this.#isWorking || this.#ends) return;
    if (this.#runner.isLoading) {
      // The task that waits for its module may be cancelled.
      this.#end.inbox.receiveArrived();
      return;
    }
    this.#work();
  }

  /** Whether the thread is about to end, and must take no more tasks. */
  set isDoomed(isDoomed: boolean) {
    this.#isDoomed = isDoomed;
    if (!isDoomed) this.serve();
  }

  /** Runs what has waited for its module, then goes on. */
  resume(run: () => void): void {
    this.#work(run);
  }

  #work(first?: () => void): void {
    this.#isWorking = true;
    this.#member.enter();
    try {
      first?.();
      this.#runAll();
    } finally {
      this.#isWorking = false;
    }
  }

  /** Runs what there is, or sleeps until something comes. */
  #runAll(): void {
    const end = this.#end;
    for (;;) {
      if (this.#left()) return;
      end.inbox.receiveArrived();
      end.runCalls();
      // Nothing has taken long so far, unless a task has run.
      if (!end.hasRun && !this.#runner.isLoading) {
        const task = this.#queue?.take(this.#index);
        if (task !== undefined) {
          this.#member.isBusy = true;
          if (task.text === "") end.inbox.fetch(task.id);
          else this.#runner.runQueued(task.id, task.text);
        }
      }
      if ((end.hasRun || this.#runner.isLoading) && this.#left()) return;
      if (end.hasRun) {
        // What a task has left to the event loop, such as promises and timers, has a turn before the next. The thread goes on
        // to count as running.
        end.hasRun = false;
        runtime.soon(this.#serve);
        return;
      }
      if (this.#member.park(ThreadState.idle, this.#hasCome, IDLE)) continue;
      // It may have come after the time was over, and before the state said so.
      if (!this.#hasCome()) return;
      this.#member.enter();
    }
  }

  /** Whether the thread is about to end, or has been ended. */
  get #ends(): boolean {
    return this.#isDoomed || this.#channel.hasEnded;
  }

  /** Goes to the event loop where a task waits for its module, or the thread ends. Returns whether that is so. */
  #left(): boolean {
    if (!this.#runner.isLoading && !this.#ends) return false;
    this.#member.leave(ThreadState.loading);
    return true;
  }
}
