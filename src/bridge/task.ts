/**
 * One run of a blocking function, from `asyncDef()` to its settlement, as the loop knows it.
 *
 * @module
 */

import type { InFlow } from "../runtime/types.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { Consumer } from "./consumer.ts";
import type { Flow } from "./flow.ts";
import type { Cancellation } from "./outcome.ts";
import { Scope } from "./references.ts";
import { TaskResult } from "./task_result.ts";
import { Variables } from "./variables.ts";

/** A function of a blocking module. */
export interface Target {
  readonly url: string;
  readonly name: string;
  /** How long the module may take to load, in milliseconds. */
  readonly loadTimeout: number;
}

export interface TaskStart {
  readonly target: Target;
  readonly args: readonly unknown[];
  readonly assertAwaitOccurs: boolean;
  /** Takes what the generator yields, where the task runs one. */
  readonly consumer?: Consumer | undefined;
  /** What the task was started for. */
  readonly flow: Flow | undefined;
  /** Made where the task was asked for: its stack is shown below that of what the task throws. */
  readonly caller: Error;
  /** Runs a function in the asynchronous flow of the caller, with its AsyncLocalStorage stores. */
  readonly inFlow: InFlow;
}

let lastTask = 0;

const NO_CALLER = new Error();
const NO_RESULT = new Promise<never>(() => {});

const BEGUN_ELSEWHERE: TaskStart = {
  target: { url: "", name: "syncDef", loadTimeout: 0 },
  args: [],
  assertAwaitOccurs: false,
  flow: undefined,
  caller: NO_CALLER,
  inFlow: (fn, ...args) => fn(...args),
};

export class Task {
  readonly id: number;
  readonly target: Target;
  readonly args: readonly unknown[];
  readonly assertAwaitOccurs: boolean;
  readonly consumer: Consumer | undefined;
  readonly cause: Flow["cause"];
  readonly caller: Error;
  readonly inFlow: InFlow;
  readonly scope: Scope = new Scope();
  readonly variables: Variables;
  readonly result: Promise<unknown>;
  /** Made when it is first asked for: most tasks are not cancelled, and nobody asks. */
  #abort: AbortController | undefined;
  /** The reason that the task was aborted with. */
  cancellation: Cancellation | undefined;
  #settle: ((outcome: Outcome) => void) | undefined;
  /** Called once, when the task has settled. */
  readonly onSettled: Set<() => void> = new Set();
  /** Makes the async generator that the task settles with, where its export is a generator function. */
  generator: () => unknown = () => undefined;

  constructor(
    { target, args, assertAwaitOccurs, consumer, flow, caller, inFlow }: TaskStart,
    id: number = ++lastTask,
    hasResult: boolean = true,
  ) {
    this.id = id;
    this.target = target;
    this.args = args;
    this.assertAwaitOccurs = assertAwaitOccurs;
    this.consumer = consumer;
    // One that is over is let go, or a chain of tasks that start each other would keep all of them.
    this.cause = flow?.cause?.task.settled ? undefined : flow?.cause;
    this.variables = flow?.variables.fork() ?? new Variables();
    this.variables.sendAll();
    this.caller = caller;
    this.inFlow = inFlow;
    if (hasResult) {
      this.result = new TaskResult((resolve, reject) => {
        this.#settle = ({ outcome, value }) => (outcome === "returned" ? resolve(value) : reject(value));
      });
    } else {
      this.result = NO_RESULT;
      this.#settle = () => {};
    }
  }

  /** A task that `syncDef()` runs on another thread, and that has its result there. */
  static begunElsewhere(id: number): Task {
    return new Task(BEGUN_ELSEWHERE, id, false);
  }

  /** Aborts when the task is cancelled or its thread has died: what the async code that it awaits sees. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.cancellation !== undefined) this.#abort.abort(this.cancellation.reason);
    }
    return this.#abort.signal;
  }

  get settled(): boolean {
    return this.#settle === undefined;
  }

  abort(reason: unknown): void {
    if (this.cancellation !== undefined) return;
    this.cancellation = { reason };
    this.#abort?.abort(reason);
  }

  settle(outcome: Outcome): void {
    const settle = this.#settle;
    if (settle === undefined) return;
    this.#settle = undefined;
    for (const listener of this.onSettled) listener();
    settle(outcome);
  }
}
