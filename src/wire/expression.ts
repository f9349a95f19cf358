/**
 * Recorded expressions: what is done to an async module, kept as a recipe until `awaitlet()` has it evaluated.
 *
 * An expression is a root and a chain of steps. The object that user code holds is a proxy of a function, so that it can
 * be read from, called, constructed and used as a template tag; its node is what crosses.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";

/** What an expression starts from. */
export type Root =
  | { readonly kind: "module"; readonly url: string }
  | { readonly kind: "loop" }
  | { readonly kind: "consumer" }
  | { readonly kind: "reference"; readonly id: number; readonly check: () => void }
  | { readonly kind: "task"; readonly url: string; readonly name: string; readonly options: object };

/** What one step does to the value before it. */
export type Step =
  | { readonly kind: "get"; readonly key: string }
  | { readonly kind: "call"; readonly args: readonly unknown[] }
  | { readonly kind: "new"; readonly args: readonly unknown[] }
  | {
      readonly kind: "tag";
      readonly strings: TemplateStringsArray;
      readonly args: readonly unknown[];
    };

/** One expression: its root, or a step done to another expression. */
export type Node = ({ readonly root: Root } | { readonly from: Node; readonly step: Step }) & Numbered;

/** Which number a node has in the message that was written last with it. */
interface Numbered {
  message?: object | undefined;
  number?: number;
}

/** How the side on which an expression is held treats it. */
export interface Manner {
  /** What `then` gives; where it throws, the expression cannot be awaited with `await`. */
  then(node: Node): unknown;
  /** What `Symbol.dispose` gives for a root, where it is a reference that may be released. */
  dispose?(root: Root): (() => void) | undefined;
}

/** Every copy of this module on a thread must know an expression that another copy has made. */
const NODE = Symbol.for("awaitlet.expression");

/**
 * What all proxies are of: a plain function, so that they can be called and constructed. Every trap that could touch it
 * has its own answer, so one will do.
 */
const target = function expression() {};

/** Makes the proxy that records what is done to it. */
export function record(node: Node, manner: Manner): unknown {
  return new Proxy(target, new Recorder(node, manner));
}

/** The node of a recorded expression; `undefined` for any other value. */
export function nodeOf(value: unknown): Node | undefined {
  if (typeof value !== "function") return undefined;
  return (value as { [NODE]?: Node })[NODE];
}

/** The expression as one would write it, for messages: `db.users.find(…)`. */
export function describe(node: Node): string {
  if ("root" in node) {
    const { root } = node;
    if (root.kind === "module") return root.url.slice(root.url.lastIndexOf("/") + 1);
    if (root.kind === "task") return `asyncDef(${root.name}, …)`;
    return root.kind === "loop" ? "eventLoop" : root.kind;
  }
  const from = describe(node.from);
  switch (node.step.kind) {
    case "get":
      return `${from}.${node.step.key}`;
    case "call":
      return `${from}(…)`;
    case "new":
      return `new ${from}(…)`;
    case "tag":
      return `${from}\`…\``;
  }
}

class Recorder implements ProxyHandler<() => void> {
  readonly #node: Node;
  readonly #manner: Manner;

  constructor(node: Node, manner: Manner) {
    this.#node = node;
    this.#manner = manner;
  }

  get(_target: unknown, key: string | symbol): unknown {
    if (key === NODE) return this.#node;
    if (key === "then") return this.#manner.then(this.#node);
    if (key === Symbol.dispose && "root" in this.#node) {
      const dispose = this.#manner.dispose?.(this.#node.root);
      if (dispose !== undefined) return dispose;
    }
    if (typeof key === "symbol") throw this.#misuse(`its ${key.description ?? "symbol"} was read`);
    if (key === "toJSON") throw this.#misuse("it was turned into JSON");
    return this.#step({ kind: "get", key });
  }

  apply(_target: unknown, _this: unknown, args: unknown[]): unknown {
    const [strings] = args;
    if (isTemplate(strings)) return this.#step({ kind: "tag", strings, args: args.slice(1) });
    return this.#step({ kind: "call", args });
  }

  construct(_target: unknown, args: unknown[]): object {
    return this.#step({ kind: "new", args }) as object;
  }

  set(_target: unknown, key: string | symbol): never {
    throw this.#misuse(`its property ${String(key)} was set`);
  }

  has(_target: unknown, key: string | symbol): never {
    throw this.#misuse(`it was asked whether it has ${String(key)}`);
  }

  ownKeys(): never {
    throw this.#misuse("its properties were listed");
  }

  getOwnPropertyDescriptor(_target: unknown, key: string | symbol): never {
    throw this.#misuse(`its property ${String(key)} was looked up`);
  }

  defineProperty(): never {
    throw this.#misuse("a property was defined on it");
  }

  deleteProperty(): never {
    throw this.#misuse("a property of it was deleted");
  }

  setPrototypeOf(): never {
    throw this.#misuse("its prototype was set");
  }

  preventExtensions(): never {
    throw this.#misuse("it was made inextensible");
  }

  #step(step: Step): unknown {
    return record({ from: this.#node, step, message: undefined, number: 0 }, this.#manner);
  }

  #misuse(what: string): TypeError {
    return new TypeError(
      `use ${describe(this.#node)} as a value: it is a recorded expression, not yet evaluated, and ${what}; write awaitlet(…) around it to get its value`,
    );
  }
}

function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray(value) && Object.isFrozen(value) && Object.hasOwn(value, "raw");
}

/**
 * Finds the recorded expressions in a plain value, through arrays and plain objects however deep.
 *
 * @param found Takes their nodes, in the order in which they were found.
 * @returns What rebuilds the value with the expressions replaced, by results in that order; `undefined` when there is
 * none, and the value stands for itself.
 */
export function gather(
  value: unknown,
  found: Node[],
): ((results: readonly unknown[]) => unknown) | undefined {
  if (isAllExpressions(value, found)) return (results) => [...results];
  const { containing, expressions } = markContaining(value, found);
  if (found.length === 0) return undefined;
  return (results) => {
    const rebuilt = new Map<unknown, unknown>();
    for (let i = 0; i < expressions.length; i++) rebuilt.set(expressions[i], results[i]);
    const rebuild = (part: unknown): unknown => {
      if (rebuilt.has(part)) return rebuilt.get(part);
      if (!containing.has(part as object)) return part;
      const copy: Record<string, unknown> | unknown[] = Array.isArray(part) ? new Array(part.length) : {};
      rebuilt.set(part, copy);
      for (const key of Object.keys(part as object)) {
        const item = rebuild((part as Record<string, unknown>)[key]);
        Object.defineProperty(copy, key, {
          value: item,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      }
      return copy;
    };
    return rebuild(value);
  };
}

/** Whether a value is an array that holds expressions and nothing else: the most frequent case, and soon done. */
function isAllExpressions(value: unknown, found: Node[]): value is unknown[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  for (let i = 0; i < value.length; i++) {
    const node = nodeOf(value[i]);
    if (node === undefined) break;
    found.push(node);
  }
  if (found.length === value.length && runtime.countProperties(value) === value.length) return true;
  found.length = 0;
  return false;
}

/** The arrays and plain objects in `value` that hold an expression somewhere below them. */
function markContaining(value: unknown, found: Node[]): { containing: Set<object>; expressions: unknown[] } {
  const expressions: unknown[] = [];
  const containing = new Set<object>();
  const parents = new Map<object, object[]>();
  const known = new Set<unknown>();
  const mark = (part: object) => {
    if (containing.has(part)) return;
    containing.add(part);
    for (const parent of parents.get(part) ?? []) mark(parent);
  };
  const stack: [part: unknown, parent: object | undefined][] = [[value, undefined]];
  // Last in, first out: children are pushed in reverse, so that expressions are found in the order they are written.
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [part, parent] = next;
    const node = nodeOf(part);
    if (node !== undefined) {
      if (!known.has(part)) {
        found.push(node);
        expressions.push(part);
      }
      known.add(part);
      if (parent !== undefined) mark(parent);
    } else if (part instanceof Promise) {
      throw new TypeError(
        "awaitlet: this Promise was made on the blocking thread, whose event loop stands still, so it would never settle; make it on the loop, by a function of an asyncModule()",
      );
    } else if (isPlain(part)) {
      if (parent !== undefined) {
        parents.set(part, [...(parents.get(part) ?? []), parent]);
        if (containing.has(part)) mark(parent);
      }
      if (known.has(part)) continue;
      known.add(part);
      const items = Object.values(part);
      for (let i = items.length - 1; i >= 0; i--) stack.push([items[i], part]);
    }
  }
  return { containing, expressions };
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
