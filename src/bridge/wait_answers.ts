/**
 * What the loop end answers to the waits of its thread.
 *
 * @module
 */

import type { Channel } from "../transport/channel.ts";
import { plainText } from "../wire/plain_text.ts";
import type { Outcome } from "../wire/protocol.ts";
import { isMoving } from "../wire/transfer.ts";
import { changesIn, type ReceivedBuffer, writeChanges } from "./buffer_changes.ts";
import { isEmitter } from "./emitters.ts";
import { ToBlocking } from "./messages.ts";
import type { Outbox } from "./outbox.ts";
import { writeOutcome } from "./outcome.ts";
import type { PendingWait } from "./pending_wait.ts";
import { isMoreThanPromise, membersOf } from "./promise_object.ts";
import type { ReferenceTable } from "./reference_table.ts";
import type { Task } from "./task.ts";

/** Bytes that are not more cross by themselves, without the codec. */
const FEW_BYTES = 32 * 1024;

export class WaitAnswers {
  readonly #channel: Channel;
  readonly #outbox: Outbox;
  readonly #references: ReferenceTable;
  readonly #tasks: ReadonlyMap<number, Task>;
  readonly #publish: () => void;
  readonly #onEmitter: (task: Task) => void;
  /** The buffers that promises which a wait has given may still write into. Of this bridge alone: another has other numbers. */
  readonly #writing = new WeakMap<object, readonly ReceivedBuffer[]>();

  /**
   * @param tasks The tasks that the thread runs: nobody waits in any other.
   * @param publish Has the thread woken where it sleeps.
   * @param onEmitter Called when a task has been given a new object that tells of events.
   */
  constructor(
    channel: Channel,
    outbox: Outbox,
    references: ReferenceTable,
    tasks: ReadonlyMap<number, Task>,
    publish: () => void,
    onEmitter: (task: Task) => void,
  ) {
    this.#channel = channel;
    this.#outbox = outbox;
    this.#references = references;
    this.#tasks = tasks;
    this.#publish = publish;
    this.#onEmitter = onEmitter;
  }

  /** The buffers that a value which the loop keeps may still write into. */
  buffersOf(value: unknown): readonly ReceivedBuffer[] | undefined {
    return this.#writing.get(value as object);
  }

  /** What a wait asked for has come to that. */
  readonly settleWait = (asked: PendingWait, outcome: Outcome): void => {
    const { task, wait, mode, buffers } = asked;
    asked.isOver = true;
    if (mode === "await") {
      const made = asked.count > 1 && outcome.outcome === "threw" ? this.#keepMade(asked) : undefined;
      this.settle(task, wait, outcome, buffers, made);
      if (asked.usesEmitter) this.#onEmitter(task);
    } else if (outcome.outcome === "threw" || outcome.value === null || outcome.value === undefined)
      this.#sendSettled(task, wait, outcome, buffers);
    else if (!this.#channel.isClosed && this.#tasks.has(task.id)) {
      const id = this.#references.keepAnew(outcome.value, task.scope);
      const isRunning = isMoreThanPromise(outcome.value);
      if (isRunning && buffers !== undefined) this.#mayWrite(outcome.value, buffers);
      const value = isRunning ? [id, membersOf(outcome.value)] : id;
      this.#sendSettled(task, wait, { outcome: "returned", value }, buffers);
      if (isEmitter(outcome.value)) this.#onEmitter(task);
    }
  };

  /** Where one of several expressions has failed, keeps what each has given: awaited again by itself, it is not made again. */
  #keepMade({ task, values = [] }: PendingWait): readonly number[] {
    if (!this.#tasks.has(task.id)) return [];
    return values.map((value) => this.#references.keepAnew(value, task.scope));
  }

  /**
   * Ends a wait.
   *
   * @param made Of several expressions: where one has failed, the numbers of what they have given.
   */
  settle(
    task: Task,
    wait: number,
    outcome: Outcome,
    buffers?: readonly ReceivedBuffer[],
    made?: readonly number[],
  ): void {
    if (this.#channel.isClosed || !this.#tasks.has(task.id)) return;
    const { value } = outcome;
    if (buffers === undefined && outcome.outcome === "returned" && !task.variables.hasChanged) {
      const text = plainText(value);
      if (
        text === undefined
          ? isFewBytes(value) && this.#channel.sendBytes(ToBlocking.bytes, wait, 0, 0, 0, value)
          : this.#channel.sendText(ToBlocking.value, wait, 0, 0, 0, text)
      ) {
        this.#publish();
        return;
      }
    }
    this.#sendSettled(task, wait, outcome, buffers, made);
  }

  #sendSettled(
    task: Task,
    wait: number,
    outcome: Outcome,
    buffers?: readonly ReceivedBuffer[],
    made?: readonly number[],
  ): void {
    if (this.#channel.isClosed || !this.#tasks.has(task.id)) return;
    const changes = changesIn(buffers);
    let lendsEmitter = false;
    this.#outbox.sendOutcome(
      [ToBlocking.settled, wait, made === undefined ? 0 : 1],
      task.scope,
      (writer, instead) => {
        task.variables.write(writer);
        writeChanges(writer, changes);
        if (buffers !== undefined) writer.extension.onPromise = (promise) => this.#mayWrite(promise, buffers);
        writeOutcome(writer, instead ?? outcome, "result", task.cancellation);
        ({ lendsEmitter } = writer.extension);
        if (made !== undefined) writer.value(made, "made");
      },
    );
    task.variables.sent();
    this.#publish();
    if (lendsEmitter) this.#onEmitter(task);
  }

  /** Until it settles, and is awaited, a promise may write into buffers. */
  #mayWrite(promise: object, buffers: readonly ReceivedBuffer[]): void {
    this.#writing.set(promise, [...new Set([...(this.#writing.get(promise) ?? []), ...buffers])]);
  }
}

function isFewBytes(value: unknown): value is Uint8Array {
  return (
    ArrayBuffer.isView(value) &&
    // Asked of a view alone: a proxy's trap may throw.
    value instanceof Uint8Array &&
    Object.getPrototypeOf(value) === Uint8Array.prototype &&
    value.length <= FEW_BYTES &&
    // A part of a larger buffer crosses as that, and what is shared, can grow, or moves, as such.
    value.length === value.buffer.byteLength &&
    value.buffer instanceof ArrayBuffer &&
    !value.buffer.resizable &&
    !isMoving(value.buffer)
  );
}
