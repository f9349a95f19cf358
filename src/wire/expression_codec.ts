/**
 * Expressions on the wire: written by the blocking side, evaluated by the loop side while they are read.
 *
 * On the wire an expression is a base and a count of steps. Each step's outcome gets the next number, on both sides
 * alike; a base may name such a number, so that a node which stands twice in a message is evaluated once.
 *
 * @module
 */

import { describe, type Node, type Root, type Step } from "./expression.ts";
import type { Reader } from "./reader.ts";
import type { Writer } from "./writer.ts";

const BASES = ["known", "module", "loop", "reference", "task", "consumer"] as const;
/** `again` gets the property of the last `get`: often many calls of one function stand in a message. */
const STEPS = ["get", "again", "call", "new", "tag"] as const;

/** The modules that the other end of a bridge knows by number. */
export class ModuleNumbers {
  readonly known: Map<string, number> = new Map();
  #last = -1;

  next(): number {
    return ++this.#last;
  }
}

/** Writes the nodes of one message. */
export class ExpressionWriter {
  /** What the nodes are marked with that have got a number, each message another thing. */
  #message: object = {};
  #count = 0;
  /** The property that was got last. */
  #key: string | undefined;
  /** The nodes whose arguments are being written. */
  readonly #open: Node[] = [];
  readonly #modules: ModuleNumbers;
  /** The modules that the present message tells the other end of, which it will know once the message is sent. */
  readonly #told = new Map<string, number>();

  /** @param modules Shared by all writers of one bridge. */
  constructor(modules: ModuleNumbers) {
    this.#modules = modules;
  }

  begin(): void {
    this.#message = {};
    this.#count = 0;
    this.#key = undefined;
    this.#open.length = 0;
    if (this.#told.size > 0) this.#told.clear();
  }

  /** The message has been sent. */
  sent(): void {
    if (this.#told.size === 0) return;
    for (const [url, number] of this.#told) this.#modules.known.set(url, number);
    this.#told.clear();
  }

  write(node: Node, writer: Writer): void {
    const pending: Extract<Node, { step: Step }>[] = [];
    let base = node;
    for (; base.message !== this.#message; base = base.from) {
      if (this.#open.includes(base))
        throw new TypeError(`await ${describe(base)}: it is an argument of itself`);
      if ("root" in base) break;
      pending.push(base);
    }
    if (base.message === this.#message) {
      writer.uint(BASES.indexOf("known"));
      writer.uint(base.number as number);
    } else if ("root" in base) {
      this.#writeRoot(base.root, writer);
      this.#number(base);
    }
    writer.uint(pending.length);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      this.#writeStep(next, next.step, writer);
      this.#number(next);
    }
  }

  #number(node: Node): void {
    node.message = this.#message;
    node.number = this.#count++;
  }

  #writeRoot(root: Root, writer: Writer): void {
    writer.uint(BASES.indexOf(root.kind));
    if (root.kind === "module") this.#writeModule(root.url, writer);
    else if (root.kind === "reference") {
      root.check();
      writer.uint(root.id);
    } else if (root.kind === "task") {
      writer.string(root.url);
      writer.string(root.name);
      writer.value(root.options, "options");
    }
  }

  /** A module's number, and its URL where the other end does not know it by that. */
  #writeModule(url: string, writer: Writer): void {
    const known = this.#modules.known.get(url) ?? this.#told.get(url);
    const number = known ?? this.#modules.next();
    if (known === undefined) this.#told.set(url, number);
    writer.uint(number);
    writer.string(known === undefined ? url : "");
  }

  #writeStep(node: Node, step: Step, writer: Writer): void {
    const isAgain = step.kind === "get" && step.key === this.#key;
    writer.uint(STEPS.indexOf(isAgain ? "again" : step.kind));
    if (step.kind === "get") {
      if (!isAgain) writer.string(step.key);
      this.#key = step.key;
      return;
    }
    if (step.kind === "tag") {
      writer.value([...step.strings], "strings");
      writer.value(step.strings.raw, "strings.raw");
    }
    const { length } = step.args;
    writer.uint(length);
    if (length === 0) return;
    this.#open.push(node);
    for (let i = 0; i < length; i++) writer.value(step.args[i], `arguments[${i}]`);
    this.#open.pop();
  }
}

/** Where an evaluation starts: what the loop side has for each kind of root. */
export interface Roots {
  /** The namespace of a loaded module; throws `NotLoaded` where it has yet to be imported. */
  module(url: string): unknown;
  reference(id: number): unknown;
  /** What takes what the task's generator yields. */
  consumer(): unknown;
  /** A function that runs the task. */
  task(url: string, name: string, options: object): unknown;
}

/** Whether a property would lead from a value to the machinery behind it. */
const isForbidden = (key: string): boolean =>
  key === "__proto__" || key === "constructor" || key === "prototype";

/** Evaluates the expressions of one message after another. */
export class Evaluator {
  readonly #roots: Roots;
  /** The URLs of the modules that the other end names by number. */
  readonly #modules: string[];
  /** The outcome of each numbered node, and the object that a method read from it is called on. */
  readonly #values: unknown[] = [];
  readonly #receivers: unknown[] = [];
  #next = 0;
  /** The property that was got last. */
  #key = "";

  /** @param modules Shared by all evaluators of one bridge. */
  constructor(roots: Roots, modules: string[]) {
    this.#roots = roots;
    this.#modules = modules;
  }

  /** Starts a message. What the last one held is let go. */
  begin(): void {
    this.#values.length = 0;
    this.#receivers.length = 0;
    this.#next = 0;
  }

  /** Starts the same message again: what has been evaluated already is not evaluated twice. */
  again(): void {
    this.#next = 0;
  }

  read(reader: Reader): unknown {
    let at = this.#readBase(reader);
    let name = "value";
    for (let steps = reader.uint(); steps > 0; steps--) {
      const kind = STEPS[reader.uint()];
      const value = this.#values[at];
      if (kind === "get" || kind === "again") {
        if (kind === "get") this.#key = reader.string();
        name = this.#key;
        at = this.#isNext() ? this.#add(get(value, name), value) : this.#next++;
        continue;
      }
      const template = kind === "tag" ? readTemplate(reader) : undefined;
      const args: unknown[] = template === undefined ? [] : [template];
      for (let count = reader.count(); count > 0; count--) args.push(reader.value());
      const receiver = this.#receivers[at];
      at = this.#isNext() ? this.#add(call(kind === "new", value, receiver, args, name)) : this.#next++;
      name = "what a call gave";
    }
    return this.#values[at];
  }

  #readBase(reader: Reader): number {
    const kind = BASES[reader.uint()];
    switch (kind) {
      case "known":
        return reader.uint();
      case "module": {
        const number = reader.uint();
        const url = reader.string();
        if (url !== "") this.#modules[number] = url;
        return this.#isNext() ? this.#add(this.#roots.module(this.#modules[number] ?? "")) : this.#next++;
      }
      case "loop":
        return this.#isNext() ? this.#add(globalThis) : this.#next++;
      case "consumer":
        return this.#isNext() ? this.#add(this.#roots.consumer()) : this.#next++;
      case "reference": {
        const id = reader.uint();
        return this.#isNext() ? this.#add(this.#roots.reference(id)) : this.#next++;
      }
      case "task": {
        const url = reader.string();
        const name = reader.string();
        const options = reader.value() as object;
        return this.#isNext() ? this.#add(this.#roots.task(url, name, options)) : this.#next++;
      }
      default:
        throw new TypeError("evaluate an expression: its base is of no known kind");
    }
  }

  /** Whether the next node has yet to be evaluated: an earlier reading of the message may have got further. */
  #isNext(): boolean {
    return this.#next >= this.#values.length;
  }

  /** Numbers a node, by what it has come to. */
  #add(value: unknown, receiver?: unknown): number {
    this.#values.push(value);
    this.#receivers.push(receiver);
    return this.#next++;
  }
}

/** Reads a property of a value, on the thread that has it. */
export function get(value: unknown, key: string): unknown {
  if (isForbidden(key)) throw new TypeError(`read the property ${key}: expressions cannot reach it`);
  return (value as Record<string, unknown>)[key];
}

/** Calls or constructs a value, on the thread that has it. `name` is what errors call it by. */
export function call(
  isNew: boolean,
  value: unknown,
  receiver: unknown,
  args: readonly unknown[],
  name: string,
): unknown {
  if (typeof value !== "function") throw new TypeError(`call ${name}: it is not a function`);
  return isNew ? Reflect.construct(value, args) : Reflect.apply(value, receiver, args);
}

const templates = new Map<string, TemplateStringsArray>();
const MOST_TEMPLATES = 10_000;

/**
 * The strings of a template literal: the same object each time, as with a literal that is evaluated where it stands. Tags keep
 * by it what they made of the literal, some of them for ever.
 */
function readTemplate(reader: Reader): TemplateStringsArray {
  const strings = reader.value() as string[];
  const raw = reader.value() as string[];
  const key = JSON.stringify([strings, raw]);
  let template = templates.get(key);
  if (template === undefined) {
    // A program has so many literals, not more; one that makes them up as it runs has no use for them again.
    if (templates.size >= MOST_TEMPLATES) templates.clear();
    template = Object.freeze(Object.assign(strings, { raw: Object.freeze(raw) }));
    templates.set(key, template);
  }
  return template;
}
