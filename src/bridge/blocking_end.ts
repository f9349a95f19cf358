/**
 * The end of a bridge on which blocking code runs: it asks the loop end, parks, and serves the calls that come back
 * meanwhile.
 *
 * @module
 */

import { NoAwaitletContext, ReferenceReleased } from "../errors.ts";
import { runtime } from "../runtime/current.ts";
import { Reader } from "../wire/codec.ts";
import { type Node, record } from "../wire/expression.ts";
import { MODES, type Mode, type Outcome, TO_BLOCKING, TO_LOOP, type ToLoop } from "../wire/protocol.ts";
import { blockingManner } from "./blocking_manner.ts";
import type { Arrived, Channel } from "./channel.ts";
import { Crossing } from "./crossing.ts";
import { Outbox } from "./outbox.ts";
import { attempt, type Cancellation, readOutcome, writeOutcome } from "./outcome.ts";
import { References, Scope } from "./references.ts";
import { continueStack } from "./stack.ts";
import { Variables } from "./variables.ts";

/** One task, seen from the thread that runs it. */
interface Frame {
  readonly task: number;
  readonly scope: Scope;
  readonly variables: Variables;
  /** The references that were disposed of, for the next message to say so. */
  readonly released: number[];
  awaited: boolean;
  /** Set by `cancel`; thrown once. */
  cancellation: Cancellation | undefined;
  cancelled: boolean;
}

/** One `awaitlet()` that the thread stands in. */
interface Wait {
  readonly id: number;
  readonly frame: Frame;
  readonly depth: number;
  outcome: Outcome | undefined;
}

/** A call into this thread that waits for its cause to be on top of the stack. */
interface Call {
  readonly cause: number;
  readonly depth: number;
  readonly frame: Frame | undefined;
  run(): void;
}

/** A task as the loop end asks for it. */
interface Run {
  readonly frame: Frame;
  readonly url: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

type Exports = Readonly<Record<string, unknown>>;

export class BlockingEnd {
  readonly #channel: Channel;
  readonly #load: (url: string) => Promise<Exports>;
  readonly #modules = new Map<string, Exports>();
  readonly #references: References;
  readonly #outbox: Outbox<ToLoop>;
  readonly #arriving: Crossing;
  readonly #reader: Reader;
  /** The tasks on this thread, the innermost last; and those of them that stand in a wait or a call, likewise. */
  readonly #frames = new Map<number, Frame>();
  readonly #running: Frame[] = [];
  readonly #waits: Wait[] = [];
  readonly #calls: Call[] = [];
  #lastWait = 0;

  constructor(channel: Channel, load: (url: string) => Promise<Exports>) {
    this.#channel = channel;
    this.#load = load;
    this.#references = new References({
      collect: false,
      stub: (id) => {
        const node = this.#referenceNode(id);
        return (...args: unknown[]) => {
          const call: Node = { from: node, step: { kind: "call", args } };
          return this.evaluate([record(call, blockingManner)], "await");
        };
      },
      // A stub lives as long as its task: both ends drop it then.
      release: () => {},
    });
    this.#outbox = new Outbox(channel, TO_LOOP, this.#references, "blocking");
    this.#arriving = new Crossing(this.#references, "blocking");
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
    this.#receiveArrived();
    this.#runCalls();
  }

  /**
   * Has `expressions` evaluated on the loop and parks until all of them have settled.
   *
   * @returns The value of the one expression, or an array of the values of several; in mode `hold` the number under
   * which the loop keeps the value.
   * @throws {NoAwaitletContext} when no task runs. Whatever the evaluation throws, or the task is cancelled with.
   */
  evaluate(expressions: readonly unknown[], mode: Mode): unknown {
    const frame = this.#running.at(-1);
    if (frame === undefined) {
      throw new NoAwaitletContext(
        "awaitlet: no task runs here; call it from a function that was started by asyncDef()",
      );
    }
    frame.awaited = true;
    this.#throwIfCancelled(frame);
    const wait: Wait = { id: ++this.#lastWait, frame, depth: this.#waits.length, outcome: undefined };
    this.#outbox.send("evaluate", frame.scope, true, (writer) => {
      writer.uint(frame.task);
      writer.uint(wait.id);
      writer.uint(wait.depth);
      writer.uint(MODES.indexOf(mode));
      writer.uint(expressions.length);
      writer.uint(frame.released.length);
      for (const id of frame.released) writer.uint(id);
      frame.variables.write(writer);
      for (const expression of expressions) writer.value(expression, "expression");
    });
    frame.variables.sent();
    frame.released.length = 0;
    const { outcome, value } = this.#park(wait);
    if (outcome === "returned") return value;
    continueStack(value, "awaitlet()", new Error().stack ?? "");
    throw value;
  }

  /** Awaits one expression on the loop and keeps its value there: the reference, and what releases it. */
  hold(expression: unknown): unknown {
    const id = this.evaluate([expression], "hold") as number;
    const frame = this.#running.at(-1) as Frame;
    let disposed = false;
    const node = this.#referenceNode(id, () => {
      if (disposed) throw new ReferenceReleased("use a reference: it has been disposed of");
      if (frame.scope.ended) throw new ReferenceReleased("use a reference: the task that held it has ended");
    });
    return record(node, {
      ...blockingManner,
      dispose: () => () => {
        if (!disposed) frame.released.push(id);
        disposed = true;
      },
    });
  }

  #referenceNode(id: number, check: () => void = () => {}): Node {
    return { root: { kind: "reference", id, check } };
  }

  /** Reads what has arrived, without waiting for more. */
  #receiveArrived(): void {
    for (let next = this.#channel.take(); next !== undefined; next = this.#channel.take())
      this.#receive(next);
  }

  /** Runs the nested tasks whose ancestor was done before they could begin. */
  #runCalls(): void {
    if (this.inTask) return;
    for (let call = this.#calls.shift(); call !== undefined; call = this.#calls.shift()) call.run();
  }

  #park(wait: Wait): Outcome {
    this.#waits.push(wait);
    try {
      for (;;) {
        const call = this.#takeCallFor(wait);
        if (call !== undefined) {
          call.run();
          continue;
        }
        if (wait.outcome !== undefined) return wait.outcome;
        this.#throwIfCancelled(wait.frame);
        this.#receive(this.#channel.await() as Arrived);
      }
    } finally {
      this.#waits.pop();
    }
  }

  /** The next call that may run on top of `wait`: it caused it, or the wait that did is over. */
  #takeCallFor(wait: Wait): Call | undefined {
    const index = this.#calls.findIndex((call) => {
      if (call.cause === wait.id) return true;
      return wait.depth <= call.depth && !this.#waits.some((other) => other.id === call.cause);
    });
    return index < 0 ? undefined : this.#calls.splice(index, 1)[0];
  }

  #throwIfCancelled(frame: Frame): void {
    if (frame.cancellation === undefined || frame.cancelled) return;
    frame.cancelled = true;
    throw frame.cancellation.reason;
  }

  #receive({ bytes, attachments }: Arrived): void {
    const reader = this.#reader;
    reader.begin(bytes, attachments);
    const kind = TO_BLOCKING[reader.uint()];
    switch (kind) {
      case "run": {
        const run = this.#readRun();
        const known = this.#modules.get(run.url);
        if (known !== undefined) this.#run(run, known);
        else void this.#loadAndRun(run);
        break;
      }
      case "settled": {
        const id = reader.uint();
        const wait = this.#waits.find((other) => other.id === id);
        this.#arriving.begin(wait?.frame.scope);
        (wait?.frame.variables ?? new Variables()).read(reader);
        const outcome = readOutcome(reader, wait?.frame.cancellation);
        if (wait !== undefined) wait.outcome = outcome;
        break;
      }
      case "call":
        this.#readCall();
        break;
      case "nest": {
        const cause = reader.uint();
        const depth = reader.uint();
        const run = this.#readRun();
        const exports = this.#modules.get(run.url) as Exports;
        this.#calls.push({ cause, depth, frame: undefined, run: () => this.#run(run, exports) });
        break;
      }
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
  }

  #readRun(): Run {
    const task = this.#reader.uint();
    const frame: Frame = {
      task,
      scope: new Scope(),
      variables: new Variables(),
      released: [],
      awaited: false,
      cancellation: undefined,
      cancelled: false,
    };
    this.#frames.set(task, frame);
    this.#arriving.begin(frame.scope);
    const url = this.#reader.string();
    const name = this.#reader.string();
    frame.variables.read(this.#reader);
    return { frame, url, name, args: this.#reader.value() as unknown[] };
  }

  #readCall(): void {
    const reader = this.#reader;
    const id = reader.uint();
    const cause = reader.uint();
    const depth = reader.uint();
    const frame = this.#frames.get(reader.uint());
    const fn = reader.uint();
    this.#arriving.begin(frame?.scope);
    (frame?.variables ?? new Variables()).read(reader);
    const args = reader.value() as unknown[];
    // The task has ended: the loop end has answered this call itself.
    if (frame === undefined) return;
    const run = () => {
      this.#running.push(frame);
      const outcome = attempt(() => (this.#references.value(fn) as (...args: unknown[]) => unknown)(...args));
      this.#running.pop();
      this.#outbox.send("answer", frame.scope, true, (writer, instead) => {
        writer.uint(id);
        frame.variables.write(writer);
        writeOutcome(writer, instead ?? outcome, "result", frame.cancellation);
      });
      frame.variables.sent();
    };
    this.#calls.push({ cause, depth, frame, run });
  }

  async #loadAndRun(run: Run): Promise<void> {
    let exports: Exports;
    try {
      exports = await this.#load(run.url);
    } catch (error) {
      this.#frames.delete(run.frame.task);
      this.#outbox.send("failed", run.frame.scope, true, (writer, instead) => {
        writer.uint(run.frame.task);
        writer.value(instead ? instead.value : error, "error");
      });
      return;
    }
    this.#modules.set(run.url, exports);
    this.#outbox.send("loaded", undefined, true, (writer) => writer.uint(run.frame.task));
    // From the event loop again, not from this microtask: see Runtime.fromEventLoop().
    runtime.fromEventLoop(() => {
      // A request to cancel may have come while the module was loading.
      this.#receiveArrived();
      this.#run(run, exports);
    });
  }

  #run({ frame, url, name, args }: Run, exports: Exports): void {
    this.#running.push(frame);
    const outcome = attempt(() => {
      const fn = Object.hasOwn(exports, name) ? exports[name] : undefined;
      if (typeof fn !== "function") throw new TypeError(noSuchFunction(url, name, exports));
      const result: unknown = fn(...args);
      // A cancellation that no awaitlet() came to throw: the task counts as cancelled all the same.
      this.#receiveArrived();
      this.#throwIfCancelled(frame);
      return result;
    });
    this.#running.pop();
    this.#frames.delete(frame.task);
    for (let i = this.#calls.length - 1; i >= 0; i--) {
      if (this.#calls[i]?.frame === frame) this.#calls.splice(i, 1);
    }
    this.#outbox.send("done", frame.scope, true, (writer, instead) => {
      writer.uint(frame.task);
      writer.uint(frame.awaited ? 1 : 0);
      frame.variables.write(writer);
      writeOutcome(writer, instead ?? outcome, "result", frame.cancellation);
    });
    this.#references.end(frame.scope);
    this.#runCalls();
  }
}

function noSuchFunction(url: string, name: string, exports: Exports): string {
  const functions = Object.keys(exports).filter((key) => typeof exports[key] === "function");
  const there = functions.length > 0 ? `its functions are ${functions.join(", ")}` : "it exports no function";
  const what = Object.hasOwn(exports, name)
    ? `its export "${name}" is not a function`
    : `it has no export "${name}"`;
  return `run ${name} of ${url}: ${what}; ${there}`;
}
