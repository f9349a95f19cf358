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

const BASES = [
  "known",
  "module",
  "loop",
  "reference",
  "task",
  "consumer",
  "operations",
  "returned",
  "threw",
] as const;
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
  /** Whether the base of the expression that is being written stands in the message already. */
  #isMade = false;
  /** The nodes whose arguments are being written. */
  readonly #open: Node[] = [];
  /** The nodes that have got a number in the present message, in order. */
  readonly #numbered: Node[] = [];
  readonly #modules: ModuleNumbers;
  /** The modules that the present message tells the other end of, which it will know once the message is sent. */
  readonly #told = new Map<string, number>();
  /** What the values that the present message refers to may still change. */
  used: object[] = [];

  /** @param modules Shared by all writers of one bridge. */
  constructor(modules: ModuleNumbers) {
    this.#modules = modules;
  }

  begin(): void {
    this.#message = {};
    this.#count = 0;
    this.#key = undefined;
    this.#open.length = 0;
    this.#numbered.length = 0;
    if (this.#told.size > 0) this.#told.clear();
    if (this.used.length > 0) this.used = [];
  }

  /** A place to rewind to. */
  get mark(): { readonly count: number; readonly told: number; readonly open: number } {
    return { count: this.#count, told: this.#told.size, open: this.#open.length };
  }

  /** Takes back what was written since `mark`. */
  rewind({ count, told, open }: ExpressionWriter["mark"]): void {
    for (const node of this.#numbered.splice(count)) node.message = undefined;
    this.#count = count;
    this.#open.length = open;
    this.#key = undefined;
    for (const url of [...this.#told.keys()].slice(told)) this.#told.delete(url);
  }

  /** The message has been sent. */
  sent(): void {
    if (this.#told.size === 0) return;
    for (const [url, number] of this.#told) this.#modules.known.set(url, number);
    this.#told.clear();
  }

  /** @param scope The task that the message belongs to: what was made for it is not made again. */
  write(node: Node, writer: Writer, scope?: object): void {
    const pending: Extract<Node, { step: Step }>[] = [];
    let base = node;
    for (; base.message !== this.#message; base = base.from) {
      if (this.#open.includes(base))
        throw new TypeError(`await ${describe(base)}: it is an argument of itself`);
      if ("root" in base) break;
      if (base.scope !== undefined && base.scope === scope && this.#writeMade(base, pending.at(-1), writer)) {
        this.#number(base);
        break;
      }
      pending.push(base);
    }
    if (this.#isMade) this.#isMade = false;
    else if (base.message === this.#message) {
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

  /**
   * Writes what a node has come to already, where that is what `next` is to be done to: a value that is kept on the loop is, any other is
   * where nothing but its outcome is asked for.
   */
  #writeMade(node: Node, next: Extract<Node, { step: Step }> | undefined, writer: Writer): boolean {
    const { held, settled } = node;
    if (held !== undefined) {
      this.#writeRoot(held, writer);
      this.#isMade = true;
      return true;
    }
    if (settled === undefined) return false;
    const { outcome, value } = settled;
    if (next !== undefined && !isOfPromise(next.step) && !isTheirs(value, writer)) return false;
    writer.uint(BASES.indexOf(outcome));
    writer.value(value, "value");
    this.#isMade = true;
    return true;
  }

  #number(node: Node): void {
    node.used = true;
    node.message = this.#message;
    node.number = this.#count++;
    this.#numbered.push(node);
  }

  #writeRoot(root: Root, writer: Writer): void {
    writer.uint(BASES.indexOf(root.kind));
    if (root.kind === "module") this.#writeModule(root.url, writer);
    else if (root.kind === "reference") {
      root.check();
      writer.uint(root.id);
      if (root.used !== undefined) this.used.push(root.used);
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

function isOfPromise(step: Step): boolean {
  return step.kind === "get" && PROMISE.has(step.key);
}

/** The methods of every promise: a value that was a promise, or is typed as one, has them too. */
const PROMISE: ReadonlySet<string> = new Set(["then", "catch", "finally"]);

function isTheirs(value: unknown, writer: Writer): boolean {
  return Object(value) === value && writer.extension.isTheirs?.(value as object) === true;
}

/** Where an evaluation starts: what the loop side has for each kind of root. */
export interface Roots {
  /** The namespace of a loaded module; throws `NotLoaded` where it has yet to be imported. */
  module(url: string): unknown;
  reference(id: number): unknown;
  /** What the function of a reference is called on. */
  receiver(id: number): unknown;
  /** What can be done with the objects that this side keeps. */
  operations(): unknown;
  /** What takes what the task's generator yields. */
  consumer(): unknown;
  /** A function that runs the task. */
  task(url: string, name: string, options: object): unknown;
}

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

  /** The message cannot be read to its end: nobody will look at the promises that it has made so far. */
  abandon(): void {
    for (const value of this.#values) {
      if (value instanceof Promise) Promise.prototype.then.call(value, undefined, () => {});
    }
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
        if (this.#isNext()) {
          const owner = ownerOf(value, name);
          at = this.#add(get(owner, name), owner);
        } else at = this.#next++;
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
      case "operations":
        return this.#isNext() ? this.#add(this.#roots.operations()) : this.#next++;
      case "consumer":
        return this.#isNext() ? this.#add(this.#roots.consumer()) : this.#next++;
      case "reference": {
        const id = reader.uint();
        if (!this.#isNext()) return this.#next++;
        return this.#add(this.#roots.reference(id), this.#roots.receiver(id));
      }
      case "task": {
        const url = reader.string();
        const name = reader.string();
        const options = reader.value() as object;
        return this.#isNext() ? this.#add(this.#roots.task(url, name, options)) : this.#next++;
      }
      case "returned":
      case "threw": {
        const value = reader.value();
        return this.#isNext() ? this.#add(kind === "threw" ? rejected(value) : value) : this.#next++;
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

function rejected(reason: unknown): Promise<never> {
  const promise = Promise.reject(reason);
  // Whoever wants its outcome asks for it.
  promise.catch(() => {});
  return promise;
}

/** What a property is read from: a method that every promise has, of a promise. */
export function ownerOf(value: unknown, key: string): unknown {
  if (!PROMISE.has(key)) return value;
  return Object(value) === value && key in (value as object) ? value : Promise.resolve(value);
}

/** Throws where a property leads to the machinery behind a value. */
export function checkKey(key: string | symbol): void {
  if (key === "__proto__" || key === "constructor" || key === "prototype")
    throw new TypeError(`read the property ${String(key)}: another thread cannot reach it`);
}

/** Reads a property of a value, on the thread that has it. */
export function get(value: unknown, key: string): unknown {
  checkKey(key);
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
