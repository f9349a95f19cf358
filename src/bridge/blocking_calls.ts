/**
 * Calls of async code into blocking code: what causes each, what becomes of its outcome, and who is told where nobody looks.
 *
 * @module
 */

import { ReferenceReleased } from "../base/errors.ts";
import type { Outcome } from "../wire/protocol.ts";
import { type AtOnce, LONGEST, type Place } from "./at_once.ts";
import { NO_BUFFERS, type SentBuffers } from "./buffer_changes.ts";
import { CallbackResult } from "./callback_result.ts";
import { calledTooLate, failedUnseen, tookLong, warnOnce } from "./callback_warnings.ts";
import type { LoopEnd } from "./loop_end.ts";
import { ToBlocking } from "./messages.ts";
import type { Header, WriteBody } from "./outbox.ts";
import type { ReferenceTable } from "./reference_table.ts";
import type { Task } from "./task.ts";
import { currentContext, type ParentWait } from "./task_context.ts";

/** A function or object of blocking code, as its calls name it. */
export interface Callee {
  /** Of the function; of the object's operations, zero. */
  readonly id: number;
  readonly stub: object;
  /** What it is called in a message to people. */
  readonly label: string;
}

/** A call into blocking code that has not been answered. */
export interface PendingCall {
  readonly id: number;
  readonly task: Task;
  readonly cause: ParentWait;
  readonly label: string;
  /** The buffers that it may fill. */
  buffers: readonly SentBuffers[];
  /** Whether it has failed for those alone who want the result, which cannot cross. */
  isRefused: boolean;
  /** Whether it is given something that it can act on. */
  acts: boolean;
  /** The wait on top of which it runs while its caller waits, the event loop standing still: it takes what comes as it is. */
  atOnceIn: Place | undefined;
  settle(outcome: Outcome): void;
}

/** Sends a message of a task to the blocking thread. */
type Send = (header: Header, task: Task, write: WriteBody) => void;

/** Its caller was given a promise, and has not looked at it: it may have taken that for the value. */
function tellLate({ label }: PendingCall, value: unknown): void {
  if (value !== undefined) warnOnce(tookLong(label, LONGEST), `${label} took long`);
}

/** The calls of one loop end. */
export class BlockingCalls {
  readonly #end: LoopEnd;
  readonly #references: ReferenceTable;
  readonly #send: Send;
  readonly #atOnce: AtOnce;
  /** Those that have not been answered. */
  readonly #pending = new Map<number, PendingCall>();
  #last = 0;
  #hasEnded = false;

  constructor(end: LoopEnd, references: ReferenceTable, atOnce: AtOnce, send: Send) {
    this.#end = end;
    this.#references = references;
    this.#atOnce = atOnce;
    this.#send = send;
  }

  /** How many have not been answered. */
  get size(): number {
    return this.#pending.size;
  }

  /** Has something done with an object of blocking code, or calls a function of it: a promise of what comes of that. */
  call(task: Task | undefined, callee: Callee, args: unknown[], self?: unknown): CallbackResult {
    const call = this.#begin(task, callee, args, self);
    return call instanceof CallbackResult ? call : this.#promiseOf(call);
  }

  /**
   * Calls a function of blocking code, on `self`. Where its thread sleeps in the wait that causes the call, it runs at once: whoever calls
   * it may need what it does, or gives, before going on.
   *
   * What it throws is thrown where it was given an object to act on: a query must not go without the condition that it failed to make. What an
   * emitter calls would end the process by that, so there, and elsewhere, a promise is rejected.
   *
   * @returns What it has given; a promise of that where it waits for the event loop first, or has failed, or given `undefined`.
   */
  callAtOnce(
    task: Task | undefined,
    callee: Callee,
    args: unknown[],
    self: unknown,
    isListener: boolean,
  ): unknown {
    const call = this.#begin(task, callee, args, self, true);
    if (call instanceof CallbackResult) return call;
    const { atOnceIn } = call;
    if (atOnceIn === undefined) return this.#promiseOf(call);
    let given: Outcome | undefined;
    call.settle = (outcome) => {
      given = outcome;
    };
    const isInTime = this.#atOnce.run(atOnceIn, () => !this.#pending.has(call.id));
    call.atOnceIn = undefined;
    if (!isInTime) return this.#promiseOf(call, tellLate);
    if (given?.outcome === "returned" && given.value !== undefined) return given.value;
    const throws = given?.outcome === "threw" && call.acts && !isListener && !call.isRefused;
    const result = throws ? undefined : this.#promiseOf(call);
    if (given?.outcome === "threw") {
      const { value: error } = given;
      this.#atOnce.failed(call.cause, { error, result, tell: () => this.#tellThread(call, error) });
      if (throws) throw error;
    }
    if (given !== undefined) call.settle(given);
    return result;
  }

  /**
   * A promise of what comes of a call.
   *
   * @param onUnseen Called with what it has returned, where nobody has asked the promise for it by then.
   */
  #promiseOf(call: PendingCall, onUnseen?: (call: PendingCall, value: unknown) => void): CallbackResult {
    const result: CallbackResult = new CallbackResult(
      (resolve, reject) => {
        call.settle = ({ outcome, value }) => {
          if (outcome === "threw") return reject(value);
          if (!result.isSeen) onUnseen?.(call, value);
          resolve(value);
        };
      },
      (error) => this.#tellIgnored(call, error),
    );
    return result;
  }

  /** Sends a call. Returns a rejection where it cannot be made. */
  #begin(
    task: Task | undefined,
    { id: fn, stub, label }: Callee,
    args: unknown[],
    self: unknown,
    mayRunAtOnce = false,
  ): PendingCall | CallbackResult {
    if (task === undefined || !this.#end.runs(task)) {
      const error = calledTooLate(label, task?.target.name);
      return new CallbackResult(
        (_, reject) => reject(error),
        () => warnOnce(error.message, label),
      );
    }
    const cause = this.#causeOf(task, stub);
    const id = ++this.#last;
    const call: PendingCall = {
      id,
      task,
      cause,
      label,
      buffers: NO_BUFFERS,
      isRefused: false,
      acts: false,
      atOnceIn: mayRunAtOnce && !this.#runsFor(cause) ? this.#atOnce.placeFor(cause) : undefined,
      settle: () => {},
    };
    this.#pending.set(id, call);
    try {
      this.#send([ToBlocking.call, id, cause.wait, cause.depth, task.id], task, (writer) => {
        writer.uint(fn);
        task.variables.write(writer);
        writer.extension.writeSelf(self, writer);
        writer.value(args, "arguments");
        call.acts = writer.extension.keepsSome;
        if (writer.sources.length > 0) call.buffers = [{ message: id, sources: writer.sources }];
      });
      task.variables.sent();
    } catch (value) {
      this.#pending.delete(id);
      const result = this.#promiseOf(call);
      call.settle({ outcome: "threw", value });
      return result;
    }
    return call;
  }

  /** Whether the thread has a call of that cause already, which it does first. */
  #runsFor(cause: ParentWait): boolean {
    for (const call of this.#pending.values()) if (call.cause === cause) return true;
    return false;
  }

  /** The call of that number, which has been answered. */
  take(id: number): PendingCall | undefined {
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    return call;
  }

  /** Answers the calls that the thread, done with their task, will not. */
  refuse(task: Task): void {
    for (const [id, call] of this.#pending) {
      if (call.task !== task) continue;
      this.#pending.delete(id);
      call.settle({ outcome: "threw", value: calledTooLate(call.label, task.target.name) });
    }
  }

  /** The thread has ended: answers all. */
  end(outcome: Outcome): void {
    this.#hasEnded = true;
    for (const call of this.#pending.values()) call.settle(outcome);
    this.#pending.clear();
  }

  /**
   * What a call into blocking code is caused by: the wait that `stub` was given in, or a later one for which the present code runs.
   * An earlier one it may run for by chance: a connection belongs to whoever has opened it.
   */
  #causeOf(task: Task, stub: object): ParentWait {
    let present = currentContext.get()?.cause;
    while (present !== undefined && present.end !== this.#end) present = present.task.parent;
    const given = this.#references.givenIn(stub);
    if (given?.end !== this.#end) return present ?? { end: this.#end, task, wait: 0, depth: 0 };
    return present !== undefined && present.wait >= given.wait ? present : given;
  }

  /** Whoever made a call does not look at its failure: tells the task, once for each callback and cause, or people. */
  #tellIgnored(call: PendingCall, error: unknown): void {
    const { task, cause, label, isRefused } = call;
    // What nobody wants need not cross; what the task was cancelled with, or has died of, it knows.
    if (isRefused || this.#hasEnded) return;
    if (task.cancellation !== undefined && task.cancellation.reason === error) return;
    task.failedUnseen ??= new Set();
    const failure = `${cause.wait} ${label}`;
    if (!task.failedUnseen.has(failure)) {
      task.failedUnseen.add(failure);
      if (this.#tellThread(call, error)) return;
    }
    if (error instanceof ReferenceReleased) warnOnce(error.message, label);
    else warnOnce(failedUnseen(label, error), `${label} failed`);
  }

  /** Has what a callback has thrown, itself, thrown by the wait that caused the call. Returns whether its task is told. */
  #tellThread({ id, task, cause, label, isRefused }: PendingCall, error: unknown): boolean {
    if (isRefused || !this.#end.runs(task)) return false;
    try {
      this.#send([ToBlocking.ignored, id, cause.wait, task.id], task, (writer) => {
        writer.string(label);
        writer.value(error, "error");
      });
      return true;
    } catch {
      // It does not go back the way that it has come.
      return false;
    }
  }
}
