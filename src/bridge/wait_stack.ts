/**
 * A task, seen from the thread that runs it; and the stack of waits and calls that it stands in.
 *
 * @module
 */

import type { Outcome } from "../wire/protocol.ts";
import { ContextValues } from "./context_values.ts";
import { type HandedOver, NOTHING } from "./handed_over.ts";
import type { Cancellation } from "./outcome.ts";
import { Scope } from "./reference_table.ts";

/** What a callback has thrown that nobody looks at. */
export interface CallbackFailure {
  /** What the callback is called, and where it was given. */
  readonly callback: string;
  readonly value: unknown;
}

/** So many errors of callbacks are kept; of others, copies are thrown. */
const KEPT = 64;

/** One task on a thread. */
export class TaskFrame {
  readonly task: number;
  readonly scope: Scope = new Scope();
  readonly variables: ContextValues;
  /** The references that were disposed of, for the next message to say so. */
  readonly released: number[] = [];
  /** Whether this thread has begun the task itself, by `syncDef()`: the loop end wants no result of it. */
  readonly begunHere: boolean;
  /** Whether the loop end knows the task. */
  known: boolean;
  awaited = false;
  /** Whether the loop end has kept a value for the task. */
  holds = false;
  /** Told of each call that the task has recorded and not awaited, where this thread has begun it itself. */
  onUnused: ((call: string) => void) | undefined;
  /** Called before each of the task's awaits, where it has something to be done by then. */
  beforeAwait: (() => void) | undefined;
  /** The reason that the task was cancelled with, and whether it has been thrown. */
  cancellation: Cancellation | undefined;
  #cancelled = false;
  /** What callbacks of the task have thrown, by the number of their call, where it is not known whether anybody looks. */
  thrown: Map<number, unknown> | undefined;
  /** What a callback has thrown that nobody looks at: to be thrown at the next `awaitlet()`. */
  failure: CallbackFailure | undefined;
  /** The callbacks whose failures have come when their cause was over. */
  failedLate: Set<string> | undefined;
  /** Whether the task's function has returned or thrown: what fails now is looked at by `BlockingEnd.hear()`. */
  isEnding = false;

  constructor(task: number, begunHere: boolean, variables: ContextValues = new ContextValues()) {
    this.task = task;
    this.begunHere = begunHere;
    this.known = !begunHere;
    this.variables = variables;
  }

  /** Keeps what a callback has thrown, for it to be thrown itself where nobody looks. */
  keepThrown(call: number, value: unknown): void {
    this.thrown ??= new Map();
    this.thrown.set(call, value);
    if (this.thrown.size > KEPT) this.thrown.delete(this.thrown.keys().next().value as number);
  }

  /** Throws the reason that the task was cancelled with, or what a callback has thrown that nobody looks at, each once. */
  throwIfInterrupted(): void {
    if (this.cancellation !== undefined && !this.#cancelled) {
      this.#cancelled = true;
      throw this.cancellation.reason;
    }
    const { failure } = this;
    if (failure === undefined || this.isEnding) return;
    this.failure = undefined;
    throw failure.value;
  }
}

/** One `awaitlet()` that a thread stands in. */
export interface Wait {
  readonly id: number;
  readonly frame: TaskFrame;
  readonly depth: number;
  /** Whether it is no `awaitlet()`, but a plain call of a function that the task was given. */
  readonly plain: boolean;
  /** Where one of several has failed: the numbers under which the loop keeps what each of them has made. */
  made: readonly number[] | undefined;
  outcome: Outcome | undefined;
  /** Whether it has ended by a failure that came from elsewhere: what it waited for ends it no more. */
  hasFailed: boolean;
  handedOver: HandedOver;
}

/** A call into the thread, to be run on top of the wait that caused it. */
export interface Call {
  readonly cause: number;
  readonly depth: number;
  /** The task whose function is called; none where a task is to be run. */
  readonly frame: TaskFrame | undefined;
  /** How long the thread had been parked, in all, when the call came. */
  readonly parkedMs: number;
  run(): void;
}

/**
 * For how many milliseconds of parking a call waits for its cause to be on top. Then it runs where it can: the wait on top may be one for
 * that very call.
 */
export const PATIENCE = 500;

/** The waits that a thread stands in, the innermost last, and the calls that have come and not run. */
export class WaitStack {
  readonly #waits: Wait[] = [];
  /** The calls that have come and not run. */
  calls: Call[] = [];
  #lastWait = 0;
  /** How many waits there are. */
  depth = 0;
  /** A wait that has its answer, and cannot go on with it: others lie on top of it. */
  buried: Wait | undefined;

  push(frame: TaskFrame, plain: boolean): Wait {
    const wait: Wait = {
      id: ++this.#lastWait,
      frame,
      depth: this.depth++,
      plain,
      made: undefined,
      outcome: undefined,
      hasFailed: false,
      handedOver: NOTHING,
    };
    this.#waits.push(wait);
    return wait;
  }

  pop(): void {
    if (this.#waits.pop() === this.buried) this.buried = undefined;
    this.depth--;
  }

  /** Ends a wait. */
  settle(id: number, outcome: Outcome): void {
    const top = this.#waits[this.depth - 1];
    const wait = top?.id === id ? top : this.find(id);
    if (wait === undefined || wait.hasFailed) return;
    wait.outcome = outcome;
    if (wait !== top) this.buried ??= wait;
  }

  /** Ends a wait by what has failed elsewhere. Returns whether it could be ended. */
  fail(id: number, frame: TaskFrame, error: unknown): boolean {
    const wait = this.find(id);
    if (wait === undefined || wait.hasFailed || wait.frame !== frame) return false;
    wait.outcome = { outcome: "threw", value: error };
    wait.hasFailed = true;
    return true;
  }

  find(id: number): Wait | undefined {
    return this.#waits.find((wait) => wait.id === id);
  }

  add(call: Call): void {
    this.calls.push(call);
  }

  /**
   * The next call that may run on top of `wait`: it caused it, or the wait that did is over, and stood no higher, or the call has
   * waited too long.
   *
   * @param parkedMs How long the thread has been parked, in all.
   */
  takeFor(wait: Wait, parkedMs: number): Call | undefined {
    let index = this.calls.findIndex(
      ({ cause, depth }) => cause === wait.id || (wait.depth <= depth && this.find(cause) === undefined),
    );
    if (index < 0 && this.untilOverdue(parkedMs) <= 0) index = 0;
    return index < 0 ? undefined : this.calls.splice(index, 1)[0];
  }

  /** For how many milliseconds of parking the first of the calls still waits for its cause to be on top. */
  untilOverdue(parkedMs: number): number {
    const [first] = this.calls;
    return first === undefined ? Number.POSITIVE_INFINITY : PATIENCE - (parkedMs - first.parkedMs);
  }

  /** The next call of any cause, for when the thread stands in no wait. */
  takeAny(): Call | undefined {
    return this.calls.shift();
  }

  /** Drops the calls of a task that has ended. The loop end answers them. */
  drop(frame: TaskFrame): void {
    this.calls = this.calls.filter((call) => call.frame !== frame);
  }
}
