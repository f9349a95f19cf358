/**
 * What a blocking thread reads: the messages of the loop end.
 *
 * @module
 */

import type { Channel } from "../transport/channel.ts";
import type { Parking } from "../transport/parking.ts";
import { type Loads, NotLoaded, Reader } from "../wire/codec.ts";
import { plainValue } from "../wire/plain_text.ts";
import type { Outcome } from "../wire/protocol.ts";
import type { BlockingImports } from "./blocking_imports.ts";
import { BufferTaker, changesIn, NO_BUFFERS, readChanges, writeChanges } from "./buffer_changes.ts";
import { failedUnseen } from "./callback_warnings.ts";
import { ContextValues } from "./context_values.ts";
import { NOTHING } from "./handed_over.ts";
import { ToBlocking, ToLoop } from "./messages.ts";
import { type Operation, OwnData, operations } from "./operations.ts";
import type { Header, WriteOutcome } from "./outbox.ts";
import { plainAbort, readOutcome, writeOutcome } from "./outcome.ts";
import { ReferenceCodec } from "./reference_codec.ts";
import type { ReferenceTable } from "./reference_table.ts";
import type { TaskFrame, WaitStack } from "./wait_stack.ts";

const NO_BYTES = new Uint8Array(0);
const NO_LOADS: Loads = new Map();

/** A message that the codec reads. Its bytes are used again for the next one. */
type Arrived = ReturnType<Channel["packet"]>;

/** What runs the tasks that the loop end sends, on a thread that does. */
export interface Runner {
  /** Reads a task to run at once. Returns what runs it. Throws `NotLoaded` where an argument needs a module first. */
  read(task: number, reader: Reader): () => void;
  /** Runs a task that this thread has taken from the queue. */
  runQueued(task: number, text: string): void;
  /** Loads a module for the arguments of a task, then calls `onLoaded` from the event loop, with what came of it. */
  load(frame: TaskFrame, url: string, onLoaded: (load: Outcome) => void): void;
  /** Reads a task to run on top of a wait, and adds it to the calls. */
  readNested(task: number, cause: number, depth: number, reader: Reader): void;
  /** Whether a module is being loaded for a task. */
  readonly isLoading: boolean;
}

/** What is done with what was read. */
export interface InboxHost {
  readonly inTask: boolean;
  readonly runner: Runner | undefined;
  /** Whether the thread has a task, for the loop thread to know. */
  set isBusy(isBusy: boolean);
  enter(
    frame: TaskFrame,
    fn: (...args: never[]) => unknown,
    self?: unknown,
    args?: readonly unknown[],
  ): Outcome;
  end(frame: TaskFrame, outcome: Outcome): void;
  sendOutcome(header: Header, frame: TaskFrame, write: WriteOutcome): void;
  sendNumbers(kind: number, a: number, text?: string): void;
}

export class BlockingInbox {
  readonly #host: InboxHost;
  readonly #channel: Channel;
  readonly #parking: Parking;
  readonly #stack: WaitStack;
  readonly #imports: BlockingImports;
  readonly #references: ReferenceTable;
  readonly #arriving: ReferenceCodec;
  readonly #reader: Reader;
  readonly #taker = new BufferTaker();
  readonly #frames = new Map<number, TaskFrame>();
  /** Tasks that came while another ran. */
  readonly #toRun: { readonly task: number; readonly arrived: Arrived }[] = [];
  /** The task that has been asked for by `fetch`; else zero. */
  #fetching = 0;

  constructor(
    host: InboxHost,
    channel: Channel,
    parking: Parking,
    stack: WaitStack,
    imports: BlockingImports,
    references: ReferenceTable,
  ) {
    this.#host = host;
    this.#channel = channel;
    this.#parking = parking;
    this.#stack = stack;
    this.#imports = imports;
    this.#references = references;
    this.#arriving = new ReferenceCodec(references);
    this.#reader = new Reader(this.#arriving);
  }

  /** Whether a task waits for another to end. */
  get hasMore(): boolean {
    return this.#toRun.length > 0;
  }

  /** A task begins: what is read from here on belongs to it. */
  begin(frame: TaskFrame): void {
    // Read again, once a module that its arguments need was loaded: it may have been cancelled meanwhile.
    frame.cancellation = this.#frames.get(frame.task)?.cancellation;
    this.#frames.set(frame.task, frame);
    this.#arriving.begin(frame.scope);
  }

  /** A task has ended. */
  forget(frame: TaskFrame): void {
    this.#frames.delete(frame.task);
  }

  /** Reads what has arrived, without waiting for more. */
  receiveArrived(): void {
    while (this.#channel.next()) this.receive();
    if (this.#toRun.length === 0 || this.#host.inTask || this.#host.runner?.isLoading) return;
    const { task, arrived } = this.#toRun.shift() as { task: number; arrived: Arrived };
    this.#reader.begin(arrived.bytes, arrived.attachments);
    this.#readRun(task, arrived, NO_LOADS);
  }

  /** Asks the loop end for a task that did not fit into the queue, and waits until it runs here or is withdrawn. */
  fetch(task: number): void {
    this.#fetching = task;
    this.#host.sendNumbers(ToLoop.fetch, task);
    while (this.#fetching === task) {
      if (this.#channel.next()) this.receive();
      else this.#parking.await(Number.POSITIVE_INFINITY);
    }
  }

  /** Reads the message that the channel has come to. */
  receive(): void {
    const channel = this.#channel;
    const { kind, a, b, c, d } = channel.message;
    if (kind === ToBlocking.value) {
      const text = channel.message.takeText();
      this.#stack.settle(a, { outcome: "returned", value: plainValue(text) });
      return;
    }
    if (kind === ToBlocking.bytes) {
      this.#stack.settle(a, { outcome: "returned", value: channel.bytes() });
      return;
    }
    const arrived = channel.packet();
    const reader = this.#reader;
    reader.begin(arrived.bytes, arrived.attachments);
    switch (kind) {
      case ToBlocking.run:
        if (this.#fetching === a) this.#fetching = 0;
        else if (this.#host.inTask) {
          // The thread has taken another task before this one came: they run one after the other.
          this.#toRun.push({ task: a, arrived: { ...arrived, bytes: arrived.bytes.slice() } });
          return;
        }
        this.#readRun(a, arrived, NO_LOADS);
        return;
      case ToBlocking.withdrawn:
        if (this.#fetching === a) this.#fetching = 0;
        this.#host.isBusy = false;
        break;
      case ToBlocking.nest:
        this.#host.runner?.readNested(a, b, c, reader);
        break;
      case ToBlocking.settled:
        this.#readSettled(a, b === 1, reader);
        break;
      case ToBlocking.call:
        this.#readCall(a, b, c, d, reader);
        break;
      case ToBlocking.cancel: {
        const frame = this.#frames.get(a);
        this.#arriving.begin(frame?.scope);
        const { value: reason } = this.#readWaited(
          () => ({ outcome: "returned", value: reader.value() }),
          false,
          plainAbort,
        );
        if (frame !== undefined) frame.cancellation = { reason };
        break;
      }
      case ToBlocking.released:
        this.#references.released(a, b);
        break;
      case ToBlocking.ignored:
        this.#readIgnored(a, b, c, reader);
        break;
      default:
        throw new TypeError(`read a message: ${kind} is no known kind`);
    }
    reader.end();
  }

  /** Reads a task, and runs it. Where an argument needs a module, that is loaded, and the message read again. */
  #readRun(task: number, arrived: Arrived, loads: Loads): void {
    const { runner } = this.#host;
    const reader = this.#reader;
    let run: (() => void) | undefined;
    reader.loads = (url) => !loads.has(url);
    try {
      run = runner?.read(task, reader);
      reader.end();
    } catch (value) {
      const frame = this.#frames.get(task);
      if (frame === undefined) throw value;
      if (!NotLoaded.is(value) || loads.has(value.url)) {
        reader.begin(NO_BYTES);
        this.#host.end(frame, {
          outcome: "threw",
          value: NotLoaded.is(value) ? value.explain(loads) : value,
        });
        return;
      }
      const kept = { ...arrived, bytes: arrived.bytes.slice() };
      const { url } = value;
      runner?.load(frame, url, (load) => {
        reader.begin(kept.bytes, kept.attachments);
        this.#readRun(task, kept, new Map(loads).set(url, load));
      });
      return;
    } finally {
      reader.loads = () => false;
    }
    run?.();
  }

  #readSettled(id: number, hasMade: boolean, reader: Reader): void {
    const wait = this.#stack.find(id);
    this.#arriving.begin(wait?.frame.scope);
    this.#imports.used = wait?.handedOver ?? NOTHING;
    const outcome = this.#readWaited(() => {
      (wait?.frame.variables ?? new ContextValues()).read(reader);
      readChanges(reader, wait?.handedOver.buffers ?? NO_BUFFERS);
      const outcome = readOutcome(reader, wait?.frame);
      const made = hasMade ? (reader.value() as number[]) : [];
      if (wait !== undefined && made.length > 0) {
        wait.made = made;
        wait.frame.holds = true;
      }
      return outcome;
    }, wait?.plain ?? true);
    this.#imports.used = NOTHING;
    if (wait === undefined || wait.hasFailed) return;
    wait.outcome = outcome;
    if (wait.depth < this.#stack.depth - 1) this.#stack.buried ??= wait;
  }

  /**
   * Reads what the parked thread gets: it can load no module. What cannot be read is what was thrown.
   *
   * @param plain Whether functions in it are called plainly.
   * @param instead What stands for what cannot be read, where that is not the error that says so.
   */
  #readWaited(read: () => Outcome, plain: boolean, instead?: () => unknown): Outcome {
    this.#imports.readsPlainFunctions = plain;
    try {
      return read();
    } catch (value) {
      // The rest of the message is of no use.
      this.#reader.begin(NO_BYTES);
      if (instead !== undefined) return { outcome: "threw", value: instead() };
      return { outcome: "threw", value: NotLoaded.is(value) ? value.explain() : value };
    } finally {
      this.#imports.readsPlainFunctions = true;
    }
  }

  #readCall(id: number, cause: number, depth: number, task: number, reader: Reader): void {
    const frame = this.#frames.get(task);
    const fn = reader.uint();
    this.#arriving.begin(frame?.scope);
    let self: unknown;
    const taker = this.#taker.begin(id);
    reader.taker = taker;
    const args = this.#readWaited(() => {
      (frame?.variables ?? new ContextValues()).read(reader);
      if (reader.uint() === 1) self = reader.value();
      return { outcome: "returned", value: reader.value() };
    }, this.#stack.find(cause)?.plain ?? false);
    reader.taker = undefined;
    const { taken } = taker;
    // The task has ended: the loop end has answered this call itself.
    if (frame === undefined) return;
    // Looked up now: async code may drop the function while the call is queued, and its release arrives first.
    const callee = fn === 0 ? operateHere : (this.#references.value(fn) as (...args: unknown[]) => unknown);
    const receiver = self ?? this.#references.receiver(fn);
    const run = () => {
      const outcome =
        args.outcome === "threw" ? args : this.#host.enter(frame, callee, receiver, args.value as unknown[]);
      if (outcome.outcome === "threw") frame.keepThrown(id, outcome.value);
      const changes = changesIn(taken);
      this.#host.sendOutcome([ToLoop.answer, id], frame, (writer, instead) => {
        frame.variables.write(writer);
        writeChanges(writer, changes);
        writer.uint(instead !== undefined && outcome.outcome === "returned" ? 1 : 0);
        writeOutcome(writer, instead ?? outcome, "result", frame.cancellation);
      });
      frame.variables.sent();
    };
    this.#stack.add({ cause, depth, frame, parkedMs: this.#parking.parkedMs, run });
  }

  /** Nobody looks at what a callback has thrown: it is thrown where the task waited for what called the callback. */
  #readIgnored(call: number, cause: number, task: number, reader: Reader): void {
    const frame = this.#frames.get(task);
    this.#arriving.begin(frame?.scope);
    const callback = reader.string();
    const { value: copy } = this.#readWaited(() => ({ outcome: "threw", value: reader.value() }), false);
    const value = frame?.thrown?.has(call) ? frame.thrown.get(call) : copy;
    frame?.thrown?.delete(call);
    if (frame !== undefined && this.#stack.fail(cause, frame, value)) return;
    // A listener may fail at each event: the first failure is thrown, or no `finally` could await anything.
    if (frame === undefined || frame.failure !== undefined || frame.failedLate?.has(callback)) {
      this.tell(failedUnseen(callback, value));
      return;
    }
    frame.failedLate ??= new Set();
    frame.failedLate.add(callback);
    frame.failure = { callback, value };
  }

  /** Has people told something, by the loop thread. */
  tell(message: string): void {
    this.#host.sendNumbers(ToLoop.warning, 0, message);
  }
}

/** Does what the loop end wants done with an object that stays here; gives the own data that the object has then, too. */
function operateHere(object: object, operation: Operation, ...args: unknown[]): unknown {
  const operate = operations[operation] as (...args: unknown[]) => readonly unknown[];
  return [...operate(object, ...args), new OwnData(object)];
}
