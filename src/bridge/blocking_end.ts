/**
 * The end of a bridge on which blocking code runs: it asks the loop end, parks, and serves the calls that come back
 * meanwhile.
 *
 * @module
 */

import { NoAwaitletContext, ReferenceReleased } from "../errors.ts";
import { NotLoaded, Reader } from "../wire/codec.ts";
import { type Node, record } from "../wire/expression.ts";
import { ModuleNumbers } from "../wire/expression_codec.ts";
import {
  MANNERS,
  type Manner,
  MODES,
  type Mode,
  type Outcome,
  TO_BLOCKING,
  TO_LOOP,
  type ToLoop,
} from "../wire/protocol.ts";
import { blockingManner } from "./blocking_manner.ts";
import type { Arrived, Channel } from "./channel.ts";
import { Crossing } from "./crossing.ts";
import { type Frame, Stack, type Wait } from "./frame.ts";
import { Outbox, type WriteFields } from "./outbox.ts";
import { attempt, readOutcome, writeOutcome } from "./outcome.ts";
import { References } from "./references.ts";
import { continueStack, stackHere } from "./stack.ts";
import { Variables } from "./variables.ts";

/** What runs the tasks that the loop end sends, on a thread that does. */
export interface Runner {
  /** Reads a task to run at once. Returns what runs it. Throws `NotLoaded` where an argument needs a module first. */
  read(task: number, reader: Reader): () => void;
  /** Loads a module for a task, then calls `onLoaded` from the event loop. */
  load(frame: Frame, url: string, onLoaded: () => void): void;
  /** Reads a task to run on top of a wait, and adds it to the calls. */
  readNested(reader: Reader): void;
}

/** What watches over a wait, on a thread whose event loop cannot. */
export interface Watch {
  /** Looks whether the task is to be cancelled; throws when the loop thread has died. */
  look(frame: Frame): void;
  /** How long to park before the next look, in milliseconds. */
  patience(): number;
}

export class BlockingEnd {
  readonly #channel: Channel;
  readonly #watch: Watch | undefined;
  readonly #references: References;
  readonly #outbox: Outbox<ToLoop>;
  readonly #arriving: Crossing;
  readonly #reader: Reader;
  readonly #frames = new Map<number, Frame>();
  /** The last task that was begun here and is over, where the loop end has not been told; else zero. */
  #over = 0;
  /** The tasks whose code runs, or stands in a wait, the innermost last; one may stand there several times. */
  readonly #running: Frame[] = [];
  readonly #stack = new Stack();
  /**
   * Whether a function that is read now is to be recorded: where async code passes it to a callback. What was passed to
   * the task is called plainly, and so is what comes of it.
   */
  #recordsFunctions = false;
  runner: Runner | undefined;

  constructor(channel: Channel, watch?: Watch) {
    this.#channel = channel;
    this.#watch = watch;
    this.#references = new References({
      collect: false,
      stub: (id, _scope, held) => {
        const node = referenceNode(id);
        if (held || this.#recordsFunctions) return record(node, blockingManner) as object;
        return (...args: unknown[]) => {
          const call: Node = { from: node, step: { kind: "call", args } };
          return this.evaluate([call], "await", true);
        };
      },
      // A stub lives as long as its task: both ends drop it then.
      release: () => {},
    });
    this.#outbox = new Outbox(channel, TO_LOOP, this.#references, new ModuleNumbers());
    this.#arriving = new Crossing(this.#references);
    this.#reader = new Reader(this.#arriving);
  }

  /** Whether a task runs here, so that awaiting is possible. */
  get inTask(): boolean {
    return this.#running.length > 0;
  }

  /** The context variables of the task that runs here. */
  get variables(): Variables | undefined {
    return this.#running.at(-1)?.variables;
  }

  /** Serves what has arrived. Called from the event loop, so no task runs, and none waits for another. */
  serve(): void {
    this.#channel.attentive = true;
    do {
      this.receiveArrived();
      this.runCalls();
      if (this.#channel.idle()) continue;
      // In this order: what comes after the last look finds that nobody will look, and pokes.
      this.#channel.attentive = false;
    } while (this.#channel.isBoxed);
  }

  /** Reads what has arrived, without waiting for more. */
  receiveArrived(): void {
    for (let next = this.#channel.take(); next !== undefined; next = this.#channel.take()) {
      this.#receive(next);
    }
  }

  /** Runs the nested tasks whose ancestor was done before they could begin. */
  runCalls(): void {
    if (this.inTask) return;
    for (let call = this.#stack.takeAny(); call !== undefined; call = this.#stack.takeAny()) call.run();
  }

  /** Adds a call to those that run on top of a wait. */
  addCall(cause: number, depth: number, run: () => void): void {
    this.#stack.add({ cause, depth, frame: undefined, run });
  }

  /** Begins a task; what is read from here on belongs to it. */
  begin(frame: Frame): void {
    // Read again, once a module that its arguments need was loaded: it may have been cancelled meanwhile.
    frame.cancellation = this.#frames.get(frame.task)?.cancellation;
    this.#frames.set(frame.task, frame);
    this.#arriving.begin(frame.scope);
  }

  /** Runs code of a task. */
  enter(frame: Frame, fn: () => unknown): Outcome {
    this.#running.push(frame);
    try {
      return attempt(fn);
    } finally {
      this.#running.pop();
    }
  }

  /** Ends a task, and tells the loop end how, where that knows of it. */
  end(frame: Frame, outcome: Outcome, manner: Manner = frame.awaited ? "awaited" : "computed"): void {
    this.#frames.delete(frame.task);
    this.#stack.drop(frame);
    if (frame.begunHere) this.#endHere(frame);
    else {
      this.send("done", frame, (writer, instead) => {
        writer.uint(frame.task);
        writer.uint(MANNERS.indexOf(manner));
        frame.variables.write(writer);
        writeOutcome(writer, instead ?? outcome, "result", frame.cancellation);
      });
    }
    this.#references.end(frame.scope);
  }

  /** Where the loop end keeps nothing for the task, it is told with the next one: most programs call one after another. */
  #endHere(frame: Frame): void {
    if (!frame.known) return;
    const { kept, imports } = frame.scope;
    if (!frame.holds && kept.size === 0 && imports.size === 0) {
      this.#over = frame.task;
      return;
    }
    this.send("done", frame, (writer) => {
      writer.uint(frame.task);
      writer.uint(MANNERS.indexOf("computed"));
      writer.uint(0);
      writeOutcome(writer, { outcome: "returned", value: undefined }, "result");
    });
  }

  send(kind: ToLoop, frame: Frame, write: WriteFields): void {
    this.#outbox.send(kind, frame.scope, true, write);
  }

  /**
   * Has `expressions` evaluated on the loop and parks until all of them have settled.
   *
   * @param plain Whether they are a function of the caller's, called plainly.
   * @returns The value of the one expression, or an array of the values of several; in mode `hold` the number under
   * which the loop keeps the value.
   * @throws {NoAwaitletContext} when no task runs. Whatever the evaluation throws, or the task is cancelled with.
   */
  evaluate(expressions: readonly Node[], mode: Mode, plain: boolean = false): unknown {
    const frame = this.#running.at(-1);
    if (frame === undefined) {
      throw new NoAwaitletContext(
        "awaitlet: no task runs here; call it from a function that was started by asyncDef() or syncDef()",
      );
    }
    frame.awaited = true;
    this.#watch?.look(frame);
    frame.throwIfCancelled();
    frame.beforeAwait?.();
    const begins = !frame.known;
    if (begins) frame.variables.sendAll();
    const wait = this.#stack.push(frame, plain);
    let settled: Outcome;
    try {
      this.send(begins ? "begin" : "evaluate", frame, (writer) => {
        writer.uint(frame.task);
        if (begins) writer.uint(this.#over);
        writer.uint(wait.id);
        writer.uint(wait.depth);
        writer.uint(MODES.indexOf(mode));
        writer.uint(expressions.length);
        writer.uint(frame.released.length);
        for (const id of frame.released) writer.uint(id);
        frame.variables.write(writer);
        for (const node of expressions) writer.extension.writeExpression(node, writer);
      });
      if (begins) this.#over = 0;
      frame.known = true;
      frame.variables.sent();
      frame.released.length = 0;
      settled = this.#park(wait);
    } finally {
      this.#stack.pop();
    }
    if (settled.outcome === "returned") return settled.value;
    continueStack(settled.value, "awaitlet()", stackHere());
    throw settled.value;
  }

  /** Awaits one expression on the loop and keeps its value there: a reference, which can be disposed of. */
  hold(expression: Node): unknown {
    const id = this.evaluate([expression], "hold") as number;
    const frame = this.#running.at(-1) as Frame;
    frame.holds = true;
    let disposed = false;
    const node = referenceNode(id, () => {
      if (disposed) throw new ReferenceReleased("use a reference: it has been disposed of");
      if (frame.scope.ended) {
        throw new ReferenceReleased("use a reference: the task that held it has ended");
      }
    });
    return record(node, {
      ...blockingManner,
      dispose: () => () => {
        if (!disposed) frame.released.push(id);
        disposed = true;
      },
    });
  }

  #park(wait: Wait): Outcome {
    for (;;) {
      wait.frame.throwIfCancelled();
      const call = this.#stack.takeFor(wait);
      if (call !== undefined) {
        call.run();
        continue;
      }
      if (wait.outcome !== undefined) return wait.outcome;
      const arrived = this.#channel.await(this.#watch?.patience());
      if (arrived !== undefined) this.#receive(arrived);
      this.#watch?.look(wait.frame);
    }
  }

  #receive({ bytes, attachments }: Arrived): void {
    const reader = this.#reader;
    reader.begin(bytes, attachments);
    const kind = TO_BLOCKING[reader.uint()];
    switch (kind) {
      case "run":
        this.#readRun({ bytes, attachments }, []);
        return;
      case "nest":
        this.runner?.readNested(reader);
        break;
      case "settled":
        this.#readSettled(reader);
        break;
      case "call":
        this.#readCall(reader);
        break;
      case "cancel": {
        const frame = this.#frames.get(reader.uint());
        this.#arriving.begin(frame?.scope);
        const reason = reader.value();
        if (frame !== undefined) frame.cancellation = { reason };
        break;
      }
      case "released":
        this.#references.released(reader.uint(), reader.uint());
        break;
      default:
        throw new TypeError("read a message: it is of no known kind");
    }
    reader.end();
  }

  /** Reads a task, and runs it. Where an argument needs a module, that is loaded, and the message read again. */
  #readRun(arrived: Arrived, tried: readonly string[]): void {
    const { runner } = this;
    const reader = this.#reader;
    const task = reader.uint();
    let run: (() => void) | undefined;
    try {
      run = runner?.read(task, reader);
      reader.end();
    } catch (value) {
      const frame = this.#frames.get(task);
      if (!(value instanceof NotLoaded) || frame === undefined) throw value;
      if (tried.includes(value.url)) {
        this.end(frame, { outcome: "threw", value: value.explain() });
        return;
      }
      const kept = { ...arrived, bytes: arrived.bytes.slice() };
      runner?.load(frame, value.url, () => {
        reader.begin(kept.bytes, kept.attachments);
        reader.uint();
        this.#readRun(kept, [...tried, value.url]);
      });
      return;
    }
    run?.();
  }

  #readSettled(reader: Reader): void {
    const wait = this.#stack.find(reader.uint());
    this.#arriving.begin(wait?.frame.scope);
    (wait?.frame.variables ?? new Variables()).read(reader);
    const outcome = this.#readWaited(() => readOutcome(reader, wait?.frame.cancellation));
    if (wait !== undefined) wait.outcome = outcome;
  }

  /** Reads what the parked thread gets: it can load no module. */
  #readWaited(read: () => Outcome): Outcome {
    try {
      return read();
    } catch (value) {
      if (!(value instanceof NotLoaded)) throw value;
      // The rest of the message is of no use.
      this.#reader.begin(new Uint8Array(0));
      return { outcome: "threw", value: value.explain() };
    }
  }

  #readCall(reader: Reader): void {
    const id = reader.uint();
    const cause = reader.uint();
    const depth = reader.uint();
    const frame = this.#frames.get(reader.uint());
    const fn = reader.uint();
    this.#arriving.begin(frame?.scope);
    (frame?.variables ?? new Variables()).read(reader);
    this.#recordsFunctions = !this.#stack.find(cause)?.plain;
    let args: Outcome;
    try {
      args = this.#readWaited(() => ({ outcome: "returned", value: reader.value() }));
    } finally {
      this.#recordsFunctions = false;
    }
    // The task has ended: the loop end has answered this call itself.
    if (frame === undefined) return;
    // Looked up now: async code may drop the function while the call is queued, and its release arrives first.
    const callee = this.#references.value(fn) as (...args: unknown[]) => unknown;
    const run = () => {
      const outcome =
        args.outcome === "threw" ? args : this.enter(frame, () => callee(...(args.value as unknown[])));
      this.send("answer", frame, (writer, instead) => {
        writer.uint(id);
        frame.variables.write(writer);
        writeOutcome(writer, instead ?? outcome, "result", frame.cancellation);
      });
      frame.variables.sent();
    };
    this.#stack.add({ cause, depth, frame, run });
  }
}

function referenceNode(id: number, check: () => void = () => {}): Node {
  return { root: { kind: "reference", id, check } };
}
