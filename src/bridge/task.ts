/**
 * One run of a blocking function, from `asyncDef()` to its settlement, as the loop knows it.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import type { InContext } from "../runtime/types.ts";
import type { Outcome } from "../wire/protocol.ts";
import { ContextValues } from "./context_values.ts";
import type { GeneratorStream } from "./generator_stream.ts";
import type { LoopEnd } from "./loop_end.ts";
import type { Cancellation } from "./outcome.ts";
import { Scope } from "./reference_table.ts";
import { currentContext, type ParentWait, type TaskContext } from "./task_context.ts";
import { TaskResult } from "./task_result.ts";

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
  readonly warnNotAwaited: boolean;
  /** Takes what the generator yields, where the task runs one. */
  readonly consumer?: GeneratorStream | undefined;
  /** What the task was started for. */
  readonly context: TaskContext | undefined;
  /** The pool that runs it, which its own tasks run on too. */
  readonly pool?: object;
  /** Made where the task was asked for: its stack is shown below that of what the task throws. */
  readonly caller: Error | undefined;
}

let lastTask = 0;

const NO_RESULT = new Promise<never>(() => {});

const BEGUN_ELSEWHERE: TaskStart = {
  target: { url: "", name: "syncDef", loadTimeout: 0 },
  args: [],
  assertAwaitOccurs: false,
  warnNotAwaited: false,
  context: undefined,
  caller: undefined,
};

/**
 * A task is the context of the async code that it calls itself, and the parent of what that calls back: at depth 0, a thread has
 * no more than one wait.
 */
export class Task implements TaskContext, ParentWait {
  readonly id: number;
  readonly target: Target;
  /** The caller's own, until the task has to wait for a thread: then a copy. */
  args: readonly unknown[];
  readonly assertAwaitOccurs: boolean;
  /** Whether to warn of calls that it records and does not await. */
  readonly warnNotAwaited: boolean;
  readonly consumer: GeneratorStream | undefined;
  /** The wait that the task was started for. */
  readonly parent: ParentWait | undefined;
  readonly caller: Error | undefined;
  readonly pool: object | undefined;
  /** Runs a function in the asynchronous context of the caller, where the present task is this one. */
  readonly inContext: InContext;
  /** The end of the thread that runs the task, once that is known. */
  end: LoopEnd | undefined;
  readonly wait = 0;
  readonly depth = 0;
  /** The task as the queue holds it, where its arguments are small and plain. */
  queued: string | undefined;
  /** Where in the queue the task stands, or stood. */
  position: number | undefined;
  readonly scope: Scope = new Scope();
  readonly variables: ContextValues;
  readonly result: Promise<unknown>;
  /** Made when it is first asked for: most tasks are not cancelled, and nobody asks. */
  #abort: AbortController | undefined;
  /** The reason that the task was aborted with. */
  cancellation: Cancellation | undefined;
  #settle: ((outcome: Outcome) => void) | undefined;
  /** The callbacks that have failed where nobody looked, each with its cause, and whose first failure the task was told. */
  failedUnseen: Set<string> | undefined;
  /** Called once, when the task has settled. */
  readonly onSettled: Set<() => void> = new Set();
  /** Makes the async generator that the task settles with, where its export is a generator function. */
  generator: (args: readonly unknown[]) => unknown = () => undefined;

  constructor(
    { target, args, assertAwaitOccurs, warnNotAwaited, consumer, context, caller, pool }: TaskStart,
    id: number = ++lastTask,
    hasResult: boolean = true,
  ) {
    this.id = id;
    this.target = target;
    this.args = args;
    this.assertAwaitOccurs = assertAwaitOccurs;
    this.warnNotAwaited = warnNotAwaited;
    this.consumer = consumer;
    // One that is over is let go, or a chain of tasks that start each other would keep all of them.
    this.parent = context?.cause?.task.settled ? undefined : context?.cause;
    this.variables = context?.variables.fork() ?? new ContextValues();
    this.variables.sendAll();
    this.caller = caller;
    this.pool = pool;
    // A task that was begun elsewhere has no caller here whose context it would take on.
    this.inContext = hasResult
      ? currentContext.run(this, runtime.captureContext)
      : (fn, ...args) => currentContext.run(this, fn, ...args);
    if (hasResult) {
      this.result = new TaskResult((resolve, reject) => {
        this.#settle = ({ outcome, value }) => (outcome === "returned" ? resolve(value) : reject(value));
      });
    } else {
      this.result = NO_RESULT;
      this.#settle = () => {};
    }
  }

  /** As the cause of what its async code does. */
  get cause(): ParentWait {
    return this;
  }

  get task(): Task {
    return this;
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
