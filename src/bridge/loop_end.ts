/**
 * The end of a bridge at the event loop: it evaluates what blocking code asks for, and settles its tasks.
 *
 * @module
 */

import type { Channel } from "../transport/channel.ts";
import { flushLater } from "../transport/late_flush.ts";
import { NotLoaded, type Reader } from "../wire/codec.ts";
import type { Roots } from "../wire/expression_codec.ts";
import { plainValue } from "../wire/plain_text.ts";
import type { Outcome } from "../wire/protocol.ts";
import { AtOnce } from "./at_once.ts";
import { BlockingCalls } from "./blocking_calls.ts";
import { readChanges } from "./buffer_changes.ts";
import { awaitList } from "./callback_result.ts";
import { warnOnce } from "./callback_warnings.ts";
import { EvaluatingReader, type Evaluation, readWith } from "./evaluation.ts";
import type { LoopEndHost } from "./loop_end_host.ts";
import { LoopImports } from "./loop_imports.ts";
import { evaluateBody, evaluateMode, runBody, ToBlocking, ToLoop } from "./messages.ts";
import { warnNotAwaited } from "./not_awaited.ts";
import { operations } from "./operations.ts";
import { type Header, Outbox, type WriteBody } from "./outbox.ts";
import { plainAbort, readOutcome } from "./outcome.ts";
import { PendingWait } from "./pending_wait.ts";
import { ReferenceTable, type Scope } from "./reference_table.ts";
import { ShortCalls } from "./short_calls.ts";
import { Task } from "./task.ts";
import { currentContext, type ParentWait } from "./task_context.ts";
import { settleTask } from "./task_end.ts";
import { WaitAnswers } from "./wait_answers.ts";

/** A body that the codec reads. */
type Arrived = ReturnType<Channel["packet"]>;

export class LoopEnd {
  readonly #channel: Channel;
  readonly #host: LoopEndHost;
  readonly #references: ReferenceTable;
  readonly #outbox: Outbox;
  /** Reads the messages. While one is in the midst of its own, its inner one reads. */
  #reading: EvaluatingReader;
  readonly #shortCalls: ShortCalls;
  readonly #tasks = new Map<number, Task>();
  readonly #calls: BlockingCalls;
  readonly #answers: WaitAnswers;
  readonly #atOnce: AtOnce;
  /** The tasks that the thread is done with, and whose result is still awaited here: what settles each. */
  readonly #finishing = new Map<Task, (outcome: Outcome) => void>();

  constructor(channel: Channel, host: LoopEndHost) {
    this.#channel = channel;
    this.#host = host;
    flushLater(channel, host.publish);
    this.#references = new ReferenceTable(
      new LoopImports({
        taskOf: (scope) => this.#taskOfScope(scope),
        call: (task, callee, args, self) => this.#calls.call(task, callee, args, self),
        callAtOnce: (...args) => this.#calls.callAtOnce(...args),
        release: (id, count) => {
          if (!channel.isClosed) this.#send([ToBlocking.released, id, count], undefined, () => {});
        },
      }),
    );
    this.#outbox = new Outbox(channel, this.#references);
    this.#answers = new WaitAnswers(
      channel,
      this.#outbox,
      this.#references,
      this.#tasks,
      host.publish,
      (task) => this.#follow(task),
    );
    this.#atOnce = new AtOnce(channel, {
      receive: () => this.#receive(channel),
      nest: () => this.#nest(),
      setAwaited: host.setAwaited,
    });
    this.#calls = new BlockingCalls(this, this.#references, this.#atOnce, (header, task, write) =>
      this.#send(header, task, write),
    );
    const roots: Roots = {
      module: (url) => {
        const loaded = host.loadedModule(url);
        if (loaded === undefined) throw new NotLoaded(url);
        return loaded;
      },
      reference: (id) => {
        const value = this.#references.value(id);
        const buffers = this.#answers.buffersOf(value);
        if (buffers !== undefined) this.#reading.reading?.takeBuffers?.(buffers);
        return value;
      },
      receiver: (id) => this.#references.receiver(id),
      operations: () => operations,
      consumer: () => currentContext.get()?.cause?.task.consumer?.take,
      task: (url, name, options) => host.childTask(url, name, options),
    };
    this.#reading = new EvaluatingReader(this.#references, roots, host.loadModule);
    this.#shortCalls = new ShortCalls(host, this.#answers, this.#atOnce, this.#reading.modules);
  }

  /** How much this end holds for the other: tasks, values and calls without an answer. */
  get held(): { readonly tasks: number; readonly references: number; readonly calls: number } {
    return { tasks: this.#tasks.size, references: this.#references.size, calls: this.#calls.size };
  }

  /** How many tasks the thread has not done. */
  get working(): number {
    return this.#tasks.size - this.#finishing.size;
  }

  /** Whether `cause` is a wait of a task that this end's thread still runs. */
  isWaiting(cause: ParentWait): boolean {
    return cause.end === this && this.runs(cause.task);
  }

  /** Whether the thread still runs a task. */
  runs(task: Task): boolean {
    return this.#tasks.has(task.id) && !this.#finishing.has(task);
  }

  /** Sends the thread a task that it has asked for, or starts with. Throws what its arguments cannot cross with. */
  run(task: Task): void {
    this.#start([ToBlocking.run, task.id], task);
  }

  /** Starts a task on the parked thread, on top of the wait that caused it. */
  nest(task: Task, cause: ParentWait): void {
    this.#start([ToBlocking.nest, task.id, cause.wait, cause.depth], task);
  }

  /** The thread has asked for a task that is not to be run. */
  withdraw(task: number): void {
    this.#send([ToBlocking.withdrawn, task], undefined, () => {});
  }

  #start(header: Header, task: Task): void {
    this.#adopt(task);
    const { url, name } = task.target;
    const body = { url, name, generate: task.consumer !== undefined, args: task.args };
    try {
      this.#send(header, task, (writer) => runBody.write(writer, body, task.variables));
      task.variables.sent();
    } catch (error) {
      this.#forget(task);
      throw error;
    }
  }

  /** Gives up a task where `isUnread` says that the thread has not begun it. Returns whether it was this end's. */
  letGo(task: Task, isUnread: () => boolean): boolean {
    if (!this.#tasks.has(task.id) || !isUnread()) return false;
    this.#forget(task);
    task.end = undefined;
    return true;
  }

  /** From now on the task is this end's. */
  #adopt(task: Task): Task {
    task.end = this;
    this.#tasks.set(task.id, task);
    return task;
  }

  /** The task of that number, which the thread may have taken by itself. */
  #taskOf(id: number): Task | undefined {
    const known = this.#tasks.get(id);
    if (known !== undefined) return known;
    const taken = this.#host.takenTask(id);
    return taken && this.#adopt(taken);
  }

  /** Has `reason` thrown at the task's `awaitlet()`, and aborts its signal. */
  cancel(task: Task, reason: unknown): void {
    if (this.#taskOf(task.id) === undefined) return;
    const finish = this.#finishing.get(task);
    if (finish !== undefined) {
      task.abort(reason);
      finish({ outcome: "threw", value: reason });
      return;
    }
    const send = (value: unknown) =>
      this.#send([ToBlocking.cancel, task.id], task, (writer) => writer.value(value, "reason"));
    try {
      send(reason);
    } catch {
      // The reason stays here; the caller sees it itself, blocking code a plain abort.
      send(plainAbort());
    }
    // Only now: code that listens may settle a wait with the reason at once, and the thread must know it by then.
    task.abort(reason);
  }

  /** Reads all that has arrived. */
  receive(): void {
    while (this.#channel.next()) this.#receive(this.#channel);
  }

  /** The thread has ended because of `error`: answers all that waits for it. */
  end(error: Error): void {
    this.#channel.close();
    const failed: Outcome = { outcome: "threw", value: error };
    this.#calls.end(failed);
    for (const task of [...this.#tasks.values()]) {
      if (this.#finishing.has(task)) continue;
      this.#forget(task);
      task.abort(error);
      task.settle(failed);
    }
  }

  #forget(task: Task): void {
    this.#tasks.delete(task.id);
    if (this.#tasks.size === 0) this.#atOnce.clear();
    this.#calls.refuse(task);
    this.#references.end(task.scope);
  }

  /** Reads the message that the channel has come to. */
  #receive(channel: Channel): void {
    const { kind, a, b, c, d } = channel.message;
    switch (kind) {
      case ToLoop.invoke:
      case ToLoop.invokeNew:
        this.#invoke(a, b, c, d, kind === ToLoop.invokeNew, channel.text());
        return;
      case ToLoop.result:
        this.#result(a, b, channel.text());
        return;
      case ToLoop.loading: {
        const url = channel.text();
        this.#tell(a, (task) => this.#host.onLoading(task, url));
        return;
      }
      case ToLoop.loaded:
        this.#host.onLoaded(channel.text());
        return;
      case ToLoop.warning:
        warnOnce(channel.text());
        return;
      case ToLoop.unused: {
        const call = channel.text();
        this.#tell(a, (task) => {
          if (task.warnNotAwaited) warnNotAwaited(call, task.target.name);
        });
        return;
      }
    }
    const arrived = channel.packet();
    this.#reading.reader.begin(arrived.bytes, arrived.attachments);
    switch (kind) {
      case ToLoop.fetch:
        this.#host.onFetch(a);
        break;
      case ToLoop.failed:
        this.#tell(a, (task) => this.#readLoadError(task, arrived));
        break;
      case ToLoop.cancelled:
        this.#tell(a, (task) => task.abort(this.#readReason(task)));
        break;
      case ToLoop.begin:
        this.#endBegunElsewhere(d);
        this.#evaluate(this.#adopt(Task.begunElsewhere(a)), b, 0, c, arrived);
        break;
      case ToLoop.evaluate:
        this.#tell(a, (task) => this.#evaluate(task, b, c, d, arrived));
        break;
      case ToLoop.answer:
        this.#answer(a, arrived);
        break;
      case ToLoop.done:
        this.#tell(a, (task) => this.#done(task, b, arrived));
        break;
      default:
        throw new TypeError(`read a message: ${kind} is no known kind`);
    }
  }

  /** Tells of a task, unless that is over here. */
  #tell(id: number, tell: (task: Task) => void): void {
    const task = this.#taskOf(id);
    if (task !== undefined) tell(task);
  }

  #readLoadError(task: Task, arrived: Arrived): void {
    const read = (reader: Reader): Outcome => ({ outcome: "threw", value: reader.value() });
    const settle = ({ value }: Outcome) => this.#host.onLoadFailed(task, value);
    this.#readInContext({ end: this, task, wait: 0, depth: 0 }, { task, read, settle }, arrived);
  }

  #readReason(task: Task): unknown {
    this.#reading.begin(task.scope);
    try {
      return this.#reading.reader.value();
    } catch {
      // It is of a class that this thread has not loaded, or that makes nothing of it.
      return plainAbort();
    }
  }

  #answer(id: number, arrived: Arrived): void {
    const pending = this.#calls.take(id);
    if (pending === undefined) return;
    const { task } = pending;
    const read = (reader: Reader) => {
      readChanges(reader, pending.buffers);
      pending.isRefused = reader.uint() === 1;
      return awaitList(readOutcome(reader, task));
    };
    const settle = (outcome: Outcome) => pending.settle(outcome);
    const takes = (value: unknown) => pending.atOnceIn !== undefined && !(value instanceof Promise);
    this.#readInContext(pending.cause, { task, read, takes, settle }, arrived);
  }

  /** A task has been given what tells of events. */
  #follow(task: Task): void {
    const { size } = this.#calls;
    this.#atOnce.follow(() => !this.runs(task) || this.#calls.size < size);
  }

  /** The messages that are read now come in the midst of another. Returns what ends that. */
  #nest(): () => void {
    const outer = this.#reading;
    this.#reading = outer.inner;
    return () => {
      this.#reading = outer;
    };
  }

  /** Calls a function of an async module. */
  #invoke(id: number, wait: number, module: number, begin: number, isNew: boolean, text: string): void {
    let task: Task | undefined;
    if (begin > 0) {
      this.#endBegunElsewhere(begin - 1);
      task = this.#adopt(Task.begunElsewhere(id));
    } else task = this.#taskOf(id);
    this.#atOnce.shortWait = wait;
    this.#shortCalls.invoke(task, wait, module, isNew, text);
  }

  #endBegunElsewhere(number: number): void {
    const task = this.#tasks.get(number);
    if (task === undefined) return;
    this.#forget(task);
    task.settle({ outcome: "returned", value: undefined });
  }

  #evaluate(task: Task, wait: number, depth: number, modeAndCount: number, arrived: Arrived): void {
    const { mode, count } = evaluateMode.read(modeAndCount);
    for (const id of evaluateBody.readReleased(this.#reading.reader)) this.#references.released(id, 1);
    const waiting = new PendingWait(this, task, wait, depth, mode, count, this.#answers.settleWait);
    this.#atOnce.add(waiting);
    this.#readInContext(waiting, waiting, arrived);
  }

  /** Reads a body in the context of its task: for a wait, or a call back that one has caused. */
  #readInContext(cause: ParentWait, reading: Evaluation, arrived: Arrived): void {
    const { task } = cause;
    const context = cause instanceof PendingWait ? cause : { cause, variables: task.variables };
    task.inContext(readWith, context, this.#reading, reading, arrived);
  }

  /** Sends to the thread, and has it woken where it sleeps. */
  #send(header: Header, task: Task | undefined, write: WriteBody): void {
    this.#outbox.send(header, task?.scope, write);
    this.#host.publish();
  }

  /** The task has ended with a small plain value. */
  #result(id: number, completion: number, text: string): void {
    const task = this.#taskOf(id);
    if (task === undefined) return;
    this.#calls.refuse(task);
    this.#forget(task);
    settleTask(task, completion, { outcome: "returned", value: plainValue(text) });
    this.#host.onDone(task);
  }

  #done(task: Task, completion: number, arrived: Arrived): void {
    const finish = (outcome: Outcome) => {
      if (!this.#finishing.delete(task)) return;
      this.#forget(task);
      settleTask(task, completion, outcome);
    };
    const read = (reader: Reader) => readOutcome(reader, task);
    this.#finishing.set(task, finish);
    this.#calls.refuse(task);
    const cause: ParentWait = { end: this, task, wait: 0, depth: 0 };
    this.#readInContext(cause, { task, read, settle: finish }, arrived);
    this.#host.onDone(task);
  }

  /** The task of a scope; `undefined` where it is over. */
  #taskOfScope(scope: Scope): Task | undefined {
    for (const task of this.#tasks.values()) if (task.scope === scope) return task;
    return undefined;
  }
}
