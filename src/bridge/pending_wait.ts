/**
 * A wait of a task, as the loop knows it: what async code runs for, and what is settled in the end.
 *
 * @module
 */

import type { Reader } from "../wire/codec.ts";
import type { Mode, Outcome } from "../wire/protocol.ts";
import { ReceivedBuffer } from "./buffer_changes.ts";
import type { CallbackResult } from "./callback_result.ts";
import type { ContextValues } from "./context_values.ts";
import type { Evaluation } from "./evaluation.ts";
import type { LoopEnd } from "./loop_end.ts";
import { evaluateBody } from "./messages.ts";
import { isMoreThanPromise } from "./promise_object.ts";
import type { ReferenceCodec } from "./reference_codec.ts";
import type { Task } from "./task.ts";
import type { ParentWait, TaskContext } from "./task_context.ts";

/** A call that ran at once, and failed. */
export interface FailedAtOnce {
  readonly error: unknown;
  /** What its caller was given; nothing where that was thrown. */
  readonly result: CallbackResult | undefined;
  /** Has the wait throw what it threw. */
  tell(): void;
}

/** Implements all three interfaces in one object: one allocation for each `awaitlet()`. */
export class PendingWait implements ParentWait, TaskContext, Evaluation {
  readonly end: LoopEnd;
  readonly task: Task;
  readonly wait: number;
  readonly depth: number;
  readonly mode: Mode;
  /** Whether it has been answered. */
  isOver = false;
  /** The calls that ran at once on top of it, and failed: where nobody has looked at them by its end, it fails by them. */
  failures: FailedAtOnce[] | undefined;
  /** The buffers that what it waits for may write into. */
  buffers: ReceivedBuffer[] | undefined;
  readonly count: number;
  /** Whether something is done with an object that tells of events. */
  usesEmitter = false;
  /** What several expressions have given, not awaited. */
  values: readonly unknown[] | undefined;
  readonly #settle: (asked: PendingWait, outcome: Outcome) => void;

  constructor(
    end: LoopEnd,
    task: Task,
    wait: number,
    depth: number,
    mode: Mode,
    count: number,
    settle: (asked: PendingWait, outcome: Outcome) => void,
  ) {
    this.end = end;
    this.task = task;
    this.wait = wait;
    this.depth = depth;
    this.mode = mode;
    this.count = count;
    this.#settle = settle;
  }

  get cause(): ParentWait {
    return this;
  }

  get variables(): ContextValues {
    return this.task.variables;
  }

  skip(reader: Reader<ReferenceCodec>): void {
    evaluateBody.readReleased(reader);
  }

  read(reader: Reader<ReferenceCodec>): Outcome {
    if (this.count === 1) {
      const value = reader.extension.evaluate(reader);
      this.usesEmitter = reader.extension.readsEmitter;
      return { outcome: "returned", value };
    }
    const values: unknown[] = [];
    for (let { count } = this; count > 0; count--) values.push(reader.extension.evaluate(reader));
    this.values = values;
    return { outcome: "returned", value: Promise.all(values) };
  }

  takeBuffer(index: number, buffer: ArrayBuffer): void {
    this.takeBuffers([new ReceivedBuffer(this.wait, index, buffer)]);
  }

  takeBuffers(buffers: readonly ReceivedBuffer[]): void {
    this.buffers ??= [];
    this.buffers.push(...buffers);
  }

  takes(value: unknown): boolean {
    return this.mode === "hold" && isMoreThanPromise(value);
  }

  settle(outcome: Outcome): void {
    const failure = this.failures?.find(({ error, result }) =>
      outcome.outcome === "returned" ? result?.ignore() : outcome.value === error,
    );
    failure?.tell();
    this.#settle(this, outcome);
  }
}
