/**
 * The end of a bridge at the event loop: it evaluates what blocking code asks for, and settles its tasks.
 *
 * @module
 */

import { NoAwaitOccurred, ReferenceReleased } from "../errors.ts";
import { isCopied, NotLoaded, Reader, type Writer } from "../wire/codec.ts";
import type { Roots } from "../wire/expression_codec.ts";
import {
  MANNERS,
  MODES,
  type Mode,
  type Outcome,
  TO_BLOCKING,
  TO_LOOP,
  type ToBlocking,
} from "../wire/protocol.ts";
import { Asked } from "./asked.ts";
import { Attention } from "./attention.ts";
import type { Arrived, Channel } from "./channel.ts";
import { Crossing, heldHere } from "./crossing.ts";
import { Evaluations, type Reading } from "./evaluations.ts";
import { type Cause, currentFlow, type Flow } from "./flow.ts";
import type { LoopEndHost } from "./loop_end_host.ts";
import { Outbox, type WriteFields } from "./outbox.ts";
import { readOutcome, writeOutcome } from "./outcome.ts";
import { References } from "./references.ts";
import { continueStack } from "./stack.ts";
import { Task } from "./task.ts";

/** A call into blocking code that has not been answered. */
interface PendingCall {
  readonly task: Task;
  readonly cause: Cause;
  settle(outcome: Outcome): void;
}

export class LoopEnd {
  readonly #channel: Channel;
  readonly #host: LoopEndHost;
  readonly #references: References;
  readonly #outbox: Outbox<ToBlocking>;
  readonly #arriving: Crossing;
  readonly #reader: Reader<Crossing>;
  readonly #evaluations: Evaluations;
  readonly #attention: Attention;
  readonly #tasks = new Map<number, Task>();
  readonly #calls = new Map<number, PendingCall>();
  /** The tasks that the thread is done with, and whose result is still awaited here: what settles each. */
  readonly #finishing = new Map<Task, (outcome: Outcome) => void>();
  #working = 0;
  #lastCall = 0;
  #ended = false;
  #serving = false;

  constructor(channel: Channel, host: LoopEndHost) {
    this.#channel = channel;
    this.#host = host;
    this.#references = new References({
      collect: true,
      stub: (id, scope) => {
        const task = [...this.#tasks.values()].find((other) => other.scope === scope) as Task;
        return (...args: unknown[]) => this.#call(task, id, args);
      },
      release: (id, count) => {
        if (this.#ended) return;
        this.#send("released", undefined, (writer) => {
          writer.uint(id);
          writer.uint(count);
        });
      },
    });
    this.#outbox = new Outbox(channel, TO_BLOCKING, this.#references);
    this.#arriving = new Crossing(this.#references);
    this.#reader = new Reader(this.#arriving);
    const roots: Roots = {
      module: (url) => {
        const loaded = host.loadedModule(url);
        if (loaded === undefined) throw new NotLoaded(url);
        return loaded;
      },
      reference: (id) => this.#references.value(id),
      consumer: () => currentFlow.get()?.cause?.task.consumer?.take,
      task: (url, name, options) => host.childTask(url, name, options),
    };
    this.#evaluations = new Evaluations(this.#reader, this.#arriving, roots, host.loadModule);
    this.#attention = new Attention(channel);
    channel.listen(() =>
      host.serveFrom(() => {
        this.#attention.turn();
        this.serve();
      }),
    );
  }

  /** How much this end holds for the other: tasks, values and calls without an answer. */
  get held(): { readonly tasks: number; readonly references: number; readonly calls: number } {
    return { tasks: this.#tasks.size, references: this.#references.size, calls: this.#calls.size };
  }

  /** How many tasks the thread has been given and has not done. */
  get working(): number {
    return this.#working;
  }

  /** Whether `cause` is a wait of a task that this end's thread still runs. */
  isWaiting(cause: Cause): boolean {
    return cause.end === this && this.#runs(cause.task);
  }

  #runs(task: Task): boolean {
    return this.#tasks.has(task.id) && !this.#finishing.has(task);
  }

  /** Starts a task on the idle thread. Returns the number of the packet; throws what its arguments cannot cross with. */
  run(task: Task): number {
    return this.#start("run", task, () => {});
  }

  /** Starts a task on the parked thread, on top of the wait that caused it. */
  nest(task: Task, cause: Cause): void {
    this.#start("nest", task, (writer) => {
      writer.uint(cause.wait);
      writer.uint(cause.depth);
    });
  }

  #start(kind: "run" | "nest", task: Task, writePlace: (writer: Writer) => void): number {
    this.#tasks.set(task.id, task);
    try {
      // A poke also for a nested one: its ancestor may be done by the time that it arrives.
      const packet = this.#outbox.send(kind, task.scope, true, (writer) => {
        writePlace(writer);
        writer.uint(task.id);
        writer.string(task.target.url);
        writer.string(task.target.name);
        writer.uint(task.consumer ? 1 : 0);
        task.variables.write(writer);
        writer.value(task.args, "arguments");
      });
      task.variables.sent();
      this.#working++;
      // Not now: the caller may have more tasks to start.
      if (kind === "run" && this.#attention.gaveTask()) queueMicrotask(() => this.serve());
      return packet;
    } catch (error) {
      this.#forget(task);
      throw error;
    }
  }

  /** Has `reason` thrown at the task's `awaitlet()`, and aborts its signal. */
  cancel(task: Task, reason: unknown): void {
    if (!this.#tasks.has(task.id)) return;
    const finish = this.#finishing.get(task);
    if (finish !== undefined) {
      task.abort(reason);
      finish({ outcome: "threw", value: reason });
      return;
    }
    const send = (value: unknown) =>
      this.#send("cancel", task, (writer) => {
        writer.uint(task.id);
        writer.value(value, "reason");
      });
    try {
      send(reason);
    } catch {
      // The reason stays here; the caller sees it itself, blocking code a plain abort.
      send(new DOMException("The task was aborted", "AbortError"));
    }
    // Only now: code that listens may settle a wait with the reason at once, and the thread must know it by then.
    task.abort(reason);
  }

  /** Whether the thread has taken packet `number`. */
  wasTaken(number: number): boolean {
    return this.#channel.wasTaken(number);
  }

  /** Reads all that has arrived. */
  serve(): void {
    if (this.#serving) return;
    this.#serving = true;
    this.#channel.attentive = true;
    do {
      for (let next = this.#channel.take(); next !== undefined; next = this.#channel.take())
        this.#receive(next);
      if (this.#attention.stays()) continue;
      // In this order: what comes after the last look finds that nobody will look, and pokes.
      this.#channel.attentive = false;
    } while (this.#channel.isBoxed);
    this.#serving = false;
  }

  /** The thread has ended because of `error`: answers all that waits for it, apart from the task `spared`. */
  end(error: Error, spared: Task | undefined): void {
    this.#ended = true;
    this.#channel.close();
    const failed: Outcome = { outcome: "threw", value: error };
    for (const call of this.#calls.values()) call.settle(failed);
    this.#calls.clear();
    for (const task of [...this.#tasks.values()]) {
      if (this.#finishing.has(task)) continue;
      this.#forget(task);
      if (task === spared) continue;
      task.abort(error);
      task.settle(failed);
    }
  }

  #forget(task: Task): void {
    this.#tasks.delete(task.id);
    this.#refuseCalls(task);
    this.#references.end(task.scope);
  }

  /** Answers the calls that the thread, done with their task, will not. */
  #refuseCalls(task: Task): void {
    for (const [id, call] of this.#calls) {
      if (call.task !== task) continue;
      this.#calls.delete(id);
      call.settle({ outcome: "threw", value: taskHasEnded() });
    }
  }

  #receive({ bytes, attachments }: Arrived): void {
    const reader = this.#reader;
    reader.begin(bytes, attachments);
    const kind = TO_LOOP[reader.uint()];
    const number = reader.uint();
    if (kind === "answer") {
      const call = this.#calls.get(number);
      if (call === undefined) return;
      this.#calls.delete(number);
      const { task, settle } = call;
      const read = () => readOutcome(reader, task.cancellation);
      this.#readInFlow(call.cause, { task, header: 2, read, settle }, { bytes, attachments });
      return;
    }
    if (kind === "begin") {
      this.#endBegunElsewhere(reader.uint());
      const begun = Task.begunElsewhere(number);
      this.#tasks.set(number, begun);
      this.#working++;
      this.#evaluate(begun, { bytes, attachments }, 3);
      return;
    }
    const task = this.#tasks.get(number);
    if (task === undefined) return;
    switch (kind) {
      case "cancelled":
        this.#arriving.begin(task.scope);
        task.abort(reader.value());
        break;
      case "loaded":
        this.#host.onLoaded(task);
        break;
      case "failed":
        this.#arriving.begin(task.scope);
        this.#host.onLoadFailed(task, reader.value());
        break;
      case "evaluate":
        this.#evaluate(task, { bytes, attachments }, 2);
        break;
      case "done":
        this.#done(task, { bytes, attachments });
        break;
      default:
        throw new TypeError("read a message: it is of no known kind");
    }
  }

  #endBegunElsewhere(number: number): void {
    const task = this.#tasks.get(number);
    if (task === undefined) return;
    this.#working--;
    this.#forget(task);
    task.settle({ outcome: "returned", value: undefined });
  }

  /** Reads a wait, of which `header` numbers have been read. */
  #evaluate(task: Task, arrived: Arrived, header: number): void {
    this.#attention.asked();
    const reader = this.#reader;
    const wait = reader.uint();
    const depth = reader.uint();
    const mode = MODES[reader.uint()] as Mode;
    const count = reader.uint();
    const released = reader.uint();
    for (let i = 0; i < released; i++) this.#references.released(reader.uint(), 1);
    const asked = new Asked(this, task, wait, depth, mode, count, header + 5 + released, this.#settleWait);
    this.#readInFlow(asked, asked, arrived);
  }

  /** Reads a message in the flow of its task: for a wait, or a call back that one has caused. */
  #readInFlow(cause: Cause, reading: Reading, arrived: Arrived): void {
    const { task } = cause;
    const flow = cause instanceof Asked ? cause : { cause, variables: task.variables };
    task.inFlow(readWith, flow, this.#evaluations, reading, arrived);
  }

  /** Sends to the thread while it runs `task`: it is parked, or computes and looks when it next parks. */
  #send(kind: ToBlocking, task: Task | undefined, write: WriteFields): void {
    this.#outbox.send(kind, task?.scope, false, write);
    if (kind === "settled" || kind === "call") task?.variables.sent();
  }

  readonly #settleWait = (asked: Asked, outcome: Outcome): void => {
    const { task, wait, mode } = asked;
    if (this.#ended || !this.#tasks.has(task.id)) return;
    this.#send("settled", task, (writer, instead) => {
      writer.uint(wait);
      task.variables.write(writer);
      const keep = mode === "hold" && outcome.outcome === "returned" && instead === undefined;
      const value = keep ? this.#references.keepAnew(outcome.value, task.scope) : outcome.value;
      const { outcome: how } = outcome;
      writeOutcome(writer, instead ?? { outcome: how, value }, "result", task.cancellation);
    });
    this.#attention.settled();
    this.serve();
  };

  #done(task: Task, arrived: Arrived): void {
    const manner = MANNERS[this.#reader.uint()];
    const finish = (outcome: Outcome) => {
      if (!this.#finishing.delete(task)) return;
      this.#forget(task);
      if (manner === "generates") {
        task.settle({ outcome: "returned", value: task.generator() });
        return;
      }
      if (outcome.outcome === "returned" && task.assertAwaitOccurs && manner !== "awaited") {
        const message = `run ${task.target.name}: it returned without having awaited anything, which assertAwaitOccurs forbids`;
        task.settle({ outcome: "threw", value: new NoAwaitOccurred(message) });
      } else {
        const { value } = outcome;
        if (outcome.outcome === "threw" && !(task.cancellation && task.cancellation.reason === value)) {
          continueStack(value, `asyncDef(${task.target.name})`, task.caller.stack ?? "");
        }
        task.settle(outcome);
      }
    };
    const read = (reader: Reader) => readOutcome(reader, task.cancellation);
    this.#working--;
    this.#finishing.set(task, finish);
    this.#refuseCalls(task);
    const cause: Cause = { end: this, task, wait: 0, depth: 0 };
    this.#readInFlow(cause, { task, header: 3, read, settle: finish }, arrived);
    this.#host.onDone(task);
  }

  #call(task: Task, fn: number, args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (!this.#runs(task)) throw taskHasEnded();
      const present = currentFlow.get()?.cause;
      const cause = present?.end === this ? present : { end: this, task, wait: 0, depth: 0 };
      const id = ++this.#lastCall;
      const settle = ({ outcome, value }: Outcome) =>
        outcome === "returned" ? resolve(value) : reject(value);
      this.#calls.set(id, { task, cause, settle });
      try {
        this.#send("call", task, (writer) => {
          writer.uint(id);
          writer.uint(cause.wait);
          writer.uint(cause.depth);
          writer.uint(task.id);
          writer.uint(fn);
          task.variables.write(writer);
          // What a library hands to a callback is often an object with methods: a transaction, a builder.
          writer.value(args.map(copiedOrHeld), "arguments");
        });
      } catch (error) {
        this.#calls.delete(id);
        throw error;
      }
    });
  }
}

function copiedOrHeld(arg: unknown): unknown {
  return typeof arg === "object" && arg !== null && !isCopied(arg) ? heldHere(arg) : arg;
}

function taskHasEnded(): ReferenceReleased {
  return new ReferenceReleased("call a function of blocking code: the task that passed it has ended");
}

function readWith(flow: Flow, evaluations: Evaluations, reading: Reading, arrived: Arrived): void {
  currentFlow.run(flow, readFrom, evaluations, reading, arrived);
}

function readFrom(evaluations: Evaluations, reading: Reading, arrived: Arrived): void {
  evaluations.read(reading, arrived);
}
