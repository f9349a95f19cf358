/**
 * A task, seen from the thread that runs it; and the stack of waits and calls that it stands in.
 *
 * @module
 */

import type { Outcome } from "../wire/protocol.ts";
import type { Cancellation } from "./outcome.ts";
import { Scope } from "./references.ts";
import { Variables } from "./variables.ts";

/** One task on a thread. */
export class Frame {
  readonly task: number;
  readonly scope: Scope = new Scope();
  readonly variables: Variables;
  /** The references that were disposed of, for the next message to say so. */
  readonly released: number[] = [];
  /** Whether this thread has begun the task itself, by `syncDef()`: the loop end wants no result of it. */
  readonly begunHere: boolean;
  /** Whether the loop end knows the task. */
  known: boolean;
  awaited = false;
  /** Whether the loop end has kept a value for the task. */
  holds = false;
  /** Called before each of the task's awaits, where it has something to be done by then. */
  beforeAwait: (() => void) | undefined;
  /** The reason that the task was cancelled with, and whether it has been thrown. */
  cancellation: Cancellation | undefined;
  #cancelled = false;

  constructor(task: number, begunHere: boolean, variables: Variables = new Variables()) {
    this.task = task;
    this.begunHere = begunHere;
    this.known = !begunHere;
    this.variables = variables;
  }

  /** Throws the reason that the task was cancelled with, once. */
  throwIfCancelled(): void {
    if (this.cancellation === undefined || this.#cancelled) return;
    this.#cancelled = true;
    throw this.cancellation.reason;
  }
}

/** One `awaitlet()` that a thread stands in. */
export interface Wait {
  readonly id: number;
  readonly frame: Frame;
  readonly depth: number;
  /** Whether it is no `awaitlet()`, but a plain call of a function that the task was given. */
  readonly plain: boolean;
  outcome: Outcome | undefined;
}

/** A call into the thread, to be run on top of the wait that caused it. */
export interface Call {
  readonly cause: number;
  readonly depth: number;
  /** The task whose function is called; none where a task is to be run. */
  readonly frame: Frame | undefined;
  run(): void;
}

/** The waits that a thread stands in, the innermost last, and the calls that have come and not run. */
export class Stack {
  readonly #waits: Wait[] = [];
  #calls: Call[] = [];
  #lastWait = 0;

  push(frame: Frame, plain: boolean): Wait {
    const wait: Wait = { id: ++this.#lastWait, frame, depth: this.#waits.length, plain, outcome: undefined };
    this.#waits.push(wait);
    return wait;
  }

  pop(): void {
    this.#waits.pop();
  }

  find(id: number): Wait | undefined {
    return this.#waits.find((wait) => wait.id === id);
  }

  add(call: Call): void {
    this.#calls.push(call);
  }

  /** The next call that may run on top of `wait`: it caused it, or the wait that did is over, and stood no higher. */
  takeFor(wait: Wait): Call | undefined {
    const index = this.#calls.findIndex(
      ({ cause, depth }) => cause === wait.id || (wait.depth <= depth && this.find(cause) === undefined),
    );
    return index < 0 ? undefined : this.#calls.splice(index, 1)[0];
  }

  /** The next call of any cause, for when the thread stands in no wait. */
  takeAny(): Call | undefined {
    return this.#calls.shift();
  }

  /** Drops the calls of a task that has ended. The loop end answers them. */
  drop(frame: Frame): void {
    this.#calls = this.#calls.filter((call) => call.frame !== frame);
  }
}
