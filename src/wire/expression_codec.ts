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
const STEPS = ["get", "call", "new", "tag"] as const;

/** Writes the nodes of one message. */
export class ExpressionWriter {
  readonly #numbers = new Map<Node, number>();
  readonly #unfinished = new Set<Node>();

  begin(): void {
    this.#numbers.clear();
    this.#unfinished.clear();
  }

  write(node: Node, writer: Writer): void {
    const pending: Node[] = [];
    let base = node;
    while (!this.#numbers.has(base)) {
      if (this.#unfinished.has(base)) {
        throw new TypeError(`await ${describe(base)}: it is an argument of itself`);
      }
      this.#unfinished.add(base);
      pending.push(base);
      if ("root" in base) break;
      base = base.from;
    }
    const known = this.#numbers.get(base);
    if (known !== undefined) {
      writer.uint(BASES.indexOf("known"));
      writer.uint(known);
    } else if ("root" in base) {
      this.#writeRoot(base.root, writer);
      this.#number(pending.pop() as Node);
    }
    writer.uint(pending.length);
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if ("step" in next) this.#writeStep(next.step, writer);
      this.#number(next);
    }
  }

  #number(node: Node): void {
    this.#unfinished.delete(node);
    this.#numbers.set(node, this.#numbers.size);
  }

  #writeRoot(root: Root, writer: Writer): void {
    writer.uint(BASES.indexOf(root.kind));
    if (root.kind === "module") writer.string(root.url);
    else if (root.kind === "reference") {
      root.check();
      writer.uint(root.id);
    } else if (root.kind === "task") {
      writer.string(root.url);
      writer.string(root.name);
      writer.value(root.options, "options");
    }
  }

  #writeStep(step: Step, writer: Writer): void {
    writer.uint(STEPS.indexOf(step.kind));
    if (step.kind === "get") {
      writer.string(step.key);
      return;
    }
    if (step.kind === "tag") {
      writer.value([...step.strings], "strings");
      writer.value(step.strings.raw, "strings.raw");
    }
    writer.value(step.args, "arguments");
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

/** A property that would lead from a value to the machinery behind it. */
const FORBIDDEN = new Set(["__proto__", "constructor", "prototype"]);

/** Evaluates the expressions of one message. */
export class Evaluator {
  readonly #roots: Roots;
  /** The outcome of each numbered node, and the object that a method read from it is called on. */
  readonly #values: unknown[] = [];
  readonly #receivers: unknown[] = [];
  #next = 0;

  constructor(roots: Roots) {
    this.#roots = roots;
  }

  /** Starts the same message again: what has been evaluated already is not evaluated twice. */
  again(): void {
    this.#next = 0;
  }

  read(reader: Reader): unknown {
    let at = this.#readBase(reader);
    let subject = "value";
    for (let steps = reader.uint(); steps > 0; steps--) {
      const kind = STEPS[reader.uint()];
      if (kind === "get") {
        const key = reader.string();
        at = this.#outcome(() => get(this.#values[at], key), this.#values[at]);
        subject = key;
        continue;
      }
      const template = kind === "tag" ? readTemplate(reader) : undefined;
      const args = reader.value() as unknown[];
      const callee = at;
      at = this.#outcome(() => {
        const fn = this.#values[callee];
        if (typeof fn !== "function") throw new TypeError(`call ${subject}: it is not a function`);
        if (kind === "new") return Reflect.construct(fn, args);
        return Reflect.apply(fn, this.#receivers[callee], template ? [template, ...args] : args);
      }, undefined);
      subject += "(…)";
    }
    return this.#values[at];
  }

  #readBase(reader: Reader): number {
    const kind = BASES[reader.uint()];
    switch (kind) {
      case "known":
        return reader.uint();
      case "module": {
        const url = reader.string();
        return this.#outcome(() => this.#roots.module(url), undefined);
      }
      case "loop":
        return this.#outcome(() => globalThis, undefined);
      case "consumer":
        return this.#outcome(() => this.#roots.consumer(), undefined);
      case "reference": {
        const id = reader.uint();
        return this.#outcome(() => this.#roots.reference(id), undefined);
      }
      case "task": {
        const url = reader.string();
        const name = reader.string();
        const options = reader.value() as object;
        return this.#outcome(() => this.#roots.task(url, name, options), undefined);
      }
      default:
        throw new TypeError("evaluate an expression: its base is of no known kind");
    }
  }

  /** Numbers the next node; evaluates it unless an earlier reading of this message did. */
  #outcome(evaluate: () => unknown, receiver: unknown): number {
    const number = this.#next;
    if (number >= this.#values.length) {
      const value = evaluate();
      this.#values.push(value);
      this.#receivers.push(receiver);
    }
    this.#next++;
    return number;
  }
}

/** Does one step to a value, on the thread that has it. */
export function performStep(
  step: Step,
  value: unknown,
  receiver: unknown,
  args: readonly unknown[],
): unknown {
  if (step.kind === "get") return get(value, step.key);
  if (typeof value !== "function") throw new TypeError("call an expression: it is not a function");
  if (step.kind === "new") return Reflect.construct(value, args);
  return Reflect.apply(value, receiver, step.kind === "tag" ? [step.strings, ...args] : args);
}

function get(value: unknown, key: string): unknown {
  if (FORBIDDEN.has(key)) throw new TypeError(`read the property ${key}: expressions cannot reach it`);
  return (value as Record<string, unknown>)[key];
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
