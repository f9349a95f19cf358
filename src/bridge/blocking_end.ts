/**
 * The end of a bridge on which blocking code runs: it asks the loop end, parks, and serves the calls that come back
 * meanwhile.
 *
 * @module
 */

import { NoAwaitletContext } from "../base/errors.ts";
import type { Channel } from "../transport/channel.ts";
import type { CrewMember } from "../transport/crew_member.ts";
import { type Parking, pause } from "../transport/parking.ts";
import { describe, isCalled, type Node, record } from "../wire/expression.ts";
import { ModuleNumbers } from "../wire/expression_codec.ts";
import { plainText } from "../wire/plain_text.ts";
import type { Mode, Outcome, TaskCompletion } from "../wire/protocol.ts";
import { unusedCalls } from "../wire/unused_calls.ts";
import { keepOutcome, rootOf, shortCallOf } from "./awaited_calls.ts";
import { BlockingImports, operationNode, referenceNode } from "./blocking_imports.ts";
import { BlockingInbox, type Runner } from "./blocking_inbox.ts";
import { placeAbove } from "./call_place.ts";
import { failedUnseen } from "./callback_warnings.ts";
import type { ContextValues } from "./context_values.ts";
import { type HandedOver, NOTHING } from "./handed_over.ts";
import { checkHeld, heldPolicy } from "./held.ts";
import { completions, evaluateBody, evaluateMode, invokeBody, ToLoop } from "./messages.ts";
import type { Operation } from "./operations.ts";
import { type Header, Outbox, type WriteBody, type WriteOutcome } from "./outbox.ts";
import { refusePromise, writeOutcome } from "./outcome.ts";
import { ReferenceTable } from "./reference_table.ts";
import { fromLoop } from "./stack_trace.ts";
import { type TaskFrame, WaitStack } from "./wait_stack.ts";
import { Waiting, type Watch } from "./waiting.ts";

const NO_ARGUMENTS: readonly unknown[] = [];

/** Settles when the loop end has settled all that has come so far. */
const TURN = operationNode("turn", []);

/** What `signal()` asks for. */
const SIGNAL = operationNode("signal", []);

export class BlockingEnd {
  readonly #channel: Channel;
  readonly #member: CrewMember;
  readonly #parking: Parking;
  readonly #modules = new ModuleNumbers();
  readonly #watch: Watch | undefined;
  readonly #imports: BlockingImports;
  readonly #references: ReferenceTable;
  readonly #outbox: Outbox;
  /** What reads the messages of the loop end. */
  readonly inbox: BlockingInbox;
  readonly #waiting: Waiting;
  /** The number of a finished `syncDef()` task whose end is reported with the next message; 0 if there is none. */
  #over = 0;
  /** The tasks whose code runs, or stands in a wait, the innermost last; one may stand there several times. */
  readonly #running: TaskFrame[] = [];
  readonly #stack = new WaitStack();
  /** What was handed over to what was held last. */
  #held: HandedOver = NOTHING;
  /** In how many waits this thread stands. */
  readonly waits: { readonly depth: number } = this.#stack;
  /** Whether a task has ended here since that was last set to `false`. */
  hasRun = false;
  runner: Runner | undefined;

  constructor(channel: Channel, member: CrewMember, parking: Parking, watch?: Watch) {
    this.#channel = channel;
    this.#member = member;
    this.#parking = parking;
    this.#watch = watch;
    this.#imports = new BlockingImports(this);
    this.#references = new ReferenceTable(this.#imports);
    this.#outbox = new Outbox(channel, this.#references, this.#modules, () => placeAbove(this.evaluate));
    this.inbox = new BlockingInbox(this, channel, parking, this.#stack, this.#imports, this.#references);
    this.#waiting = new Waiting(channel, this.#stack, parking, this.inbox, watch);
  }

  /** Whether a task runs here, so that awaiting is possible. */
  get inTask(): boolean {
    return this.#running.length > 0;
  }

  /** The context variables of the task that runs here. */
  get variables(): ContextValues | undefined {
    return this.#running.at(-1)?.variables;
  }

  /** Whether the thread has a task, for the loop thread to know. */
  set isBusy(isBusy: boolean) {
    this.#member.isBusy = isBusy;
  }

  /** Runs the nested tasks whose ancestor was done before they could begin. */
  runCalls(): void {
    if (this.#running.length > 0) return;
    for (let call = this.#stack.takeAny(); call !== undefined; call = this.#stack.takeAny()) call.run();
  }

  /** Adds a call to those that run on top of a wait. */
  addCall(cause: number, depth: number, run: () => void): void {
    this.#stack.add({ cause, depth, frame: undefined, parkedMs: this.#parking.parkedMs, run });
  }

  /** Begins a task; what is read from here on belongs to it. */
  begin(frame: TaskFrame): void {
    this.inbox.begin(frame);
  }

  /** Runs code of a task. Callbacks nest as deeply as the stack is large: so there are few functions on the way, and few values in them. */
  enter(
    frame: TaskFrame,
    fn: (...args: never[]) => unknown,
    self?: unknown,
    args: readonly unknown[] = NO_ARGUMENTS,
  ): Outcome {
    if (this.#running.length === 0) unusedCalls.begin();
    this.#running.push(frame);
    try {
      const value: unknown = Reflect.apply(fn, self, args);
      // An expression is a function, and cannot be asked for its class.
      if (typeof value === "object" && value instanceof Promise) refusePromise(value);
      return { outcome: "returned", value };
    } catch (value) {
      return { outcome: "threw", value };
    } finally {
      this.#running.pop();
      if (this.#running.length === 0) unusedCalls.isOn = false;
    }
  }

  /** Ends a task, and tells the loop end how, where that knows of it. */
  end(
    frame: TaskFrame,
    outcome: Outcome,
    completion: TaskCompletion = frame.awaited ? "awaited" : "computed",
  ): void {
    const isOver = this.#running.length === 0;
    if (isOver && unusedCalls.last !== undefined) this.#tellUnused(frame, outcome);
    this.inbox.forget(frame);
    this.#stack.drop(frame);
    // Before the loop end is told, which may look at once.
    if (isOver) {
      this.#member.isBusy = false;
      this.hasRun = true;
    }
    if (frame.begunHere) this.#endHere(frame);
    else this.#sendDone(frame, outcome, completions.indexOf(completion));
    this.#references.end(frame.scope);
  }

  /** Tells of the calls that the task has recorded and not awaited: they have not been made. */
  #tellUnused(frame: TaskFrame, outcome: Outcome): void {
    const result = outcome.outcome === "returned" ? outcome.value : undefined;
    for (const call of new Set(unusedCalls.take(result).map(describe))) {
      if (frame.begunHere) frame.onUnused?.(call);
      else this.sendNumbers(ToLoop.unused, frame.task, call);
    }
  }

  #sendDone(frame: TaskFrame, outcome: Outcome, completion: number): void {
    if (outcome.outcome === "returned" && !frame.variables.hasChanged) {
      const text = plainText(outcome.value);
      if (text !== undefined && this.#channel.sendText(ToLoop.result, frame.task, completion, 0, 0, text)) {
        this.#member.tellLoop();
        return;
      }
    }
    this.sendOutcome([ToLoop.done, frame.task, completion], frame, (writer, instead) => {
      frame.variables.write(writer);
      // Nothing can be asked of an object whose task is over.
      writer.extension.lends = false;
      writeOutcome(writer, instead ?? outcome, "result", frame.cancellation);
    });
  }

  /** Where the loop end keeps nothing for the task, it is told with the next one: most programs call one after another. */
  #endHere(frame: TaskFrame): void {
    if (!frame.known) return;
    const { kept, imports } = frame.scope;
    if (!frame.holds && kept.size === 0 && imports.size === 0) {
      this.#over = frame.task;
      return;
    }
    this.sendOutcome([ToLoop.done, frame.task], frame, (writer) => {
      writer.uint(0);
      writeOutcome(writer, { outcome: "returned", value: undefined }, "result");
    });
  }

  send(header: Header, frame: TaskFrame, write: WriteBody): void {
    this.#outbox.send(header, frame.scope, write);
    this.#afterSending();
  }

  sendOutcome(header: Header, frame: TaskFrame, write: WriteOutcome): void {
    this.#outbox.sendOutcome(header, frame.scope, write);
    this.#afterSending();
  }

  /** Sends a message whose body, if any, is a short text. */
  sendNumbers(kind: number, a: number, text: string = ""): void {
    while (!this.#channel.sendText(kind, a, 0, 0, 0, text)) this.#waitForRoom();
    this.#member.tellLoop();
  }

  #afterSending(): void {
    this.#member.tellLoop();
    while (!this.#channel.flush()) this.#waitForRoom();
  }

  /** The ring to the loop end is full, which reads it from its event loop. */
  #waitForRoom(): void {
    this.#member.tellLoop();
    pause(1);
  }

  /**
   * Awaits, in no other wait, a call of an async module's function, where its arguments are small plain values: most calls are of that kind, and
   * few steps take them there and back. Any other expression is evaluated.
   */
  await(node: Node): unknown {
    const frame = this.#running.at(-1);
    if (frame === undefined) return this.evaluate([node], "await");
    const call = shortCallOf(node);
    if (
      call === undefined ||
      node.scope !== undefined ||
      frame.released.length > 0 ||
      frame.variables.hasChanged ||
      frame.beforeAwait !== undefined ||
      (!frame.known && frame.variables.size > 0)
    ) {
      return this.evaluate([node], "await");
    }
    const { url, name, args } = call;
    const known = this.#modules.known.get(url);
    const text = invokeBody.write(known === undefined ? url : undefined, name, args);
    if (text === undefined) return this.evaluate([node], "await");
    frame.awaited = true;
    node.used = true;
    this.#watch?.look(frame);
    if (frame.cancellation !== undefined || frame.failure !== undefined) frame.throwIfInterrupted();
    const number = known ?? this.#modules.next();
    const begin = frame.known ? 0 : this.#over + 1;
    const wait = this.#stack.push(frame, false);
    let settled: Outcome;
    try {
      const kind = known === undefined ? ToLoop.invokeNew : ToLoop.invoke;
      while (!this.#channel.sendText(kind, frame.task, wait.id, number, begin, text)) this.#waitForRoom();
      this.#member.tellLoop();
      if (known === undefined) this.#modules.known.set(url, number);
      if (begin > 0) this.#over = 0;
      frame.known = true;
      settled = this.#waiting.standIn(wait);
    } finally {
      this.#stack.pop();
    }
    node.scope = frame.scope;
    node.settled = settled;
    if (settled.outcome === "returned") return settled.value;
    throw fromLoop(settled.value);
  }

  /**
   * Has `expressions` evaluated on the loop and parks until all of them have settled. What was awaited before in this task has
   * the outcome that it had then.
   *
   * @param plain Whether they are a function of the caller's, called plainly.
   * @returns The value of the one expression, or an array of the values of several; in mode `hold` the number under
   * which the loop keeps the value, or the value itself where it is `null` or `undefined`.
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
    for (const node of expressions) node.used = true;
    this.#watch?.look(frame);
    frame.throwIfInterrupted();
    const [first] = expressions;
    if (mode === "await" && expressions.length === 1 && first?.settled && first.scope === frame.scope) {
      if (first.settled.outcome === "returned") return first.settled.value;
      throw first.settled.value;
    }
    if (expressions.length > 1) this.#loadModules(expressions, frame);
    frame.beforeAwait?.();
    const begins = !frame.known;
    if (begins) frame.variables.sendAll();
    const wait = this.#stack.push(frame, plain);
    let settled: Outcome;
    try {
      const evaluated = evaluateMode.write(mode, expressions.length);
      const header: Header = begins
        ? [ToLoop.begin, frame.task, wait.id, evaluated, this.#over]
        : [ToLoop.evaluate, frame.task, wait.id, wait.depth, evaluated];
      this.send(header, frame, (writer) => {
        evaluateBody.write(writer, frame.released, frame.variables, expressions);
        wait.handedOver = writer.extension.handedOver({ message: wait.id, sources: writer.sources });
      });
      if (begins) this.#over = 0;
      frame.known = true;
      frame.variables.sent();
      frame.released.length = 0;
      settled = this.#waiting.standIn(wait);
    } finally {
      this.#stack.pop();
      // Async code had the originals in its hands.
      for (const live of wait.handedOver.live) live.isStale = true;
    }
    if (mode === "hold") this.#held = wait.handedOver;
    if (mode === "await") keepOutcome(expressions, settled, frame.scope, wait.made);
    if (settled.outcome === "returned") return settled.value;
    throw fromLoop(settled.value);
  }

  /** Has something done on the loop, and gives what comes of it. */
  operate(operation: Operation, ...args: unknown[]): unknown {
    return this.#imports.operate(operation, args);
  }

  /** Has modules loaded that are named here for the first time: else an expression would be made some time after those before it. */
  #loadModules([first, ...others]: readonly Node[], frame: TaskFrame): void {
    const firstRoot = first && rootOf(first).root;
    for (const node of others) {
      const { root } = rootOf(node);
      if (root.kind !== "module" || this.#modules.known.has(root.url)) continue;
      if (firstRoot?.kind === "module" && firstRoot.url === root.url) continue;
      frame.released.push(this.evaluate([{ root }], "hold") as number);
      frame.holds = true;
    }
  }

  /** Keeps there what comes of an operation. */
  holdResult(operation: Operation, ...args: unknown[]): Node {
    const id = this.evaluate([operationNode(operation, args)], "hold") as number;
    const frame = this.#running.at(-1) as TaskFrame;
    frame.holds = true;
    return referenceNode(id);
  }

  /** Awaits one expression on the loop and keeps its value there: a reference, which can be disposed of. */
  hold(expression: Node): unknown {
    const kept = this.evaluate([expression], "hold") as
      | number
      | null
      | undefined
      | readonly [number, string[]];
    if (kept === null || kept === undefined) return kept;
    const [id, members] = typeof kept === "number" ? [kept] : kept;
    const frame = this.#running.at(-1) as TaskFrame;
    frame.holds = true;
    let disposed = false;
    const check = (): void => checkHeld(disposed, frame.scope);
    // What is more than a promise may still be under way.
    const node = referenceNode(id, check, members && this.#held);
    if ("root" in node && isCalled(expression)) {
      expression.scope = frame.scope;
      expression.held = node.root;
    }
    const dispose = () => {
      if (!disposed) frame.released.push(id);
      disposed = true;
    };
    return record(node, heldPolicy(this, dispose, members && new Set(members)));
  }

  /** The signal of the task that runs here, as it is on the loop. */
  signal(): AbortSignal {
    const result = this.evaluate([SIGNAL], "await") as readonly [AbortSignal];
    return result[0];
  }

  /** Drops what stands here for the loop's `id`; the loop is told with the next message. */
  dropImport(id: number): void {
    const received = this.#references.drop(id);
    for (let i = 0; i < received; i++) this.#running.at(-1)?.released.push(id);
  }

  /**
   * The task's function has ended, and callbacks of it have thrown: waits until it is known whether anybody looks at that. What
   * nobody does is what the task throws.
   */
  hear(frame: TaskFrame, outcome: Outcome): Outcome {
    frame.isEnding = true;
    const heard = this.enter(frame, () => this.evaluate([TURN], "await"));
    // The task may have been cancelled meanwhile.
    if (heard.outcome === "threw" && outcome.outcome === "returned" && frame.cancellation !== undefined)
      return heard;
    const { failure } = frame;
    if (failure === undefined) return outcome;
    if (outcome.outcome === "returned") return { outcome: "threw", value: failure.value };
    if (outcome.value !== failure.value) this.inbox.tell(failedUnseen(failure.callback, failure.value));
    return outcome;
  }
}
