/**
 * Recorded expressions: what is done to an async module, kept as a recipe until `awaitlet()` has it evaluated.
 *
 * An expression is a root and a chain of steps. The object that user code holds is a proxy of a function, so that it can
 * be read from, called, constructed and used as a template tag; its node is what crosses.
 *
 * @module
 */

import { shortName } from "../base/module_url.ts";
import type { Outcome } from "./protocol.ts";
import { unusedCalls } from "./unused_calls.ts";

/** What an expression starts from. */
export type Root =
  | { readonly kind: "module"; readonly url: string }
  | { readonly kind: "loop" }
  | { readonly kind: "consumer" }
  | { readonly kind: "operations" }
  | {
      readonly kind: "reference";
      readonly id: number;
      readonly check: () => void;
      /** What the value, a promise, may have changed when it has settled, for the codec. */
      readonly used?: object | undefined;
    }
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
export type Node = ({ readonly root: Root } | { readonly from: Node; readonly step: Step }) & Numbered & Made;

/** Which number a node has in the message that was written last with it. */
interface Numbered {
  message?: object | undefined;
  number?: number;
}

/** What a node has come to. */
interface Made {
  /** Whether it was awaited, or is a part of what was. */
  used?: boolean;
  /** The task for which it was made, by the references of that; for any other it is made anew. */
  scope?: object | undefined;
  /** Its outcome, where it was awaited. */
  settled?: Outcome | undefined;
  /** Where its value is kept, where it was held. */
  held?: Root | undefined;
}

/** How the side on which an expression is held treats it. */
export interface AwaitPolicy {
  /** What `then` gives; where it throws, the expression cannot be awaited with `await`. */
  then(node: Node): unknown;
  /** What `Symbol.dispose` gives for a root, where it is a reference that may be released. */
  dispose?(root: Root): (() => void) | undefined;
  /** The expression whose property `key` is, where that is not `node` itself. */
  owner?(node: Node, key: string): Node;
  /** Sets a property of what is kept on the loop. */
  set?(node: Node, key: string | symbol, value: unknown): void;
  /** Deletes a property of what is kept on the loop. */
  delete?(node: Node, key: string | symbol): void;
  /** Gives the items of what is kept on the loop. */
  items?(node: Node): Iterator<unknown>;
  /** Tells whether a value is an instance of the class that the expression stands for. */
  isInstance?(node: Node, value: unknown): boolean;
}

/** Every copy of this module on a thread must know an expression that another copy has made. */
const NODE = Symbol.for("awaitlet.expression");

/**
 * What all proxies are of: a plain function, so that they can be called and constructed. Every trap that could touch it
 * has its own answer, so one will do.
 */
const target = function expression() {};

/** Makes the proxy that records what is done to it. */
export function record(node: Node, policy: AwaitPolicy): unknown {
  // A literal, and no class: two are made for each call, and a literal runs no code. The type of a handler knows neither what a
  // literal inherits nor what the traps find on it besides.
  return new Proxy(target, { __proto__: traps, node, policy } as unknown as ProxyHandler<() => void>);
}

/** The node of a recorded expression; `undefined` for any other value. */
export function nodeOf(value: unknown): Node | undefined {
  if (typeof value === "function") return (value as { [NODE]?: Node })[NODE];
  if (!hasAwaitables || typeof value !== "object" || value === null) return undefined;
  return awaitables.get(value)?.();
}

/** What makes the nodes of objects that can be awaited, and are no expressions. */
const awaitables = new WeakMap<object, () => Node>();
let hasAwaitables = false;

/** From now on `object` is awaited as what `makeNode` gives, anew each time. */
export function markAwaitable(object: object, makeNode: () => Node): void {
  awaitables.set(object, makeNode);
  hasAwaitables = true;
}

/** The expression as one would write it, for messages: `db.users.find(…)`. */
export function describe(node: Node): string {
  if ("root" in node) {
    const { root } = node;
    if (root.kind === "module") return shortName(root.url);
    if (root.kind === "task") return `asyncDef(${root.name}, …)`;
    return root.kind === "loop" ? "eventLoop" : root.kind;
  }
  const from = describe(node.from);
  switch (node.step.kind) {
    case "get":
      return `${from}.${node.step.key}`;
    case "call":
      return "root" in node.from && node.from.root.kind === "task" ? from : `${from}(…)`;
    case "new":
      return `new ${from}(…)`;
    case "tag":
      return `${from}\`…\``;
  }
}

/** What a handler holds beside its traps. */
interface Recorded {
  readonly node: Node;
  readonly policy: AwaitPolicy;
  /** A module's functions, by name: most are called again and again. */
  functions?: Map<string, unknown>;
}

const traps: ProxyHandler<() => void> & ThisType<Recorded> = {
  get(this: Recorded, _target: unknown, key: string | symbol): unknown {
    const { node, policy } = this;
    if (key === NODE) return node;
    if (key === "then") return policy.then(node);
    if (key === Symbol.dispose && "root" in node) {
      const dispose = policy.dispose?.(node.root);
      if (dispose !== undefined) return dispose;
    }
    if (typeof key === "symbol") return readSymbol(node, policy, key);
    if (key === "toJSON") throw misuse(node, "it was turned into JSON");
    if (!("root" in node) || node.root.kind !== "module") {
      node.used = true;
      const from = policy.owner === undefined ? node : policy.owner(node, key);
      return record({ from, step: { kind: "get", key }, message: undefined, number: 0 }, policy);
    }
    this.functions ??= new Map();
    let fn = this.functions.get(key);
    if (fn === undefined) {
      fn = record({ from: node, step: { kind: "get", key }, message: undefined, number: 0 }, policy);
      this.functions.set(key, fn);
    }
    return fn;
  },

  apply(this: Recorded, _target: unknown, _this: unknown, args: unknown[]): unknown {
    const { node, policy } = this;
    const [strings] = args;
    const step: Step =
      typeof strings === "object" && isTemplate(strings)
        ? { kind: "tag", strings, args: args.slice(1) }
        : { kind: "call", args };
    node.used = true;
    const call: Node = {
      from: node,
      step,
      message: undefined,
      number: 0,
      used: false,
      scope: undefined,
      settled: undefined,
      held: undefined,
    };
    if (unusedCalls.isOn) {
      const { last } = unusedCalls;
      if (last !== undefined && last.used !== true) unusedCalls.keep(last);
      unusedCalls.last = call;
    }
    return record(call, policy);
  },

  construct(this: Recorded, _target: unknown, args: unknown[]): object {
    return recordCall(this.node, { kind: "new", args }, this.policy) as object;
  },

  set(this: Recorded, _target: unknown, key: string | symbol, value: unknown): boolean {
    const { node, policy } = this;
    if (policy.set === undefined || !isKept(node)) {
      throw misuse(
        node,
        `its property ${String(key)} was set`,
        "keep what it gives by hold(…), and set the property of that; awaitlet(…) sets none",
      );
    }
    policy.set(node, key, value);
    return true;
  },

  has(this: Recorded, _target: unknown, key: string | symbol): never {
    const name = typeof key === "string" ? JSON.stringify(key) : String(key);
    throw misuse(
      this.node,
      `it was asked whether it has ${String(key)}`,
      `write ${name} in awaitlet(…) to ask its value`,
    );
  },

  getPrototypeOf(this: Recorded): never {
    throw misuse(
      this.node,
      "it was asked for its class",
      "write awaitlet(…) instanceof … to ask for the class of its value",
    );
  },

  ownKeys(this: Recorded): never {
    throw misuse(this.node, "its properties were listed");
  },

  getOwnPropertyDescriptor(this: Recorded, _target: unknown, key: string | symbol): never {
    throw misuse(this.node, `its property ${String(key)} was looked up`);
  },

  defineProperty(this: Recorded): never {
    throw misuse(this.node, "a property was defined on it");
  },

  deleteProperty(this: Recorded, _target: unknown, key: string | symbol): boolean {
    const { node, policy } = this;
    if (policy.delete === undefined || !isKept(node)) {
      throw misuse(
        node,
        `its property ${String(key)} was deleted`,
        "keep what it gives by hold(…), and delete the property of that; awaitlet(…) deletes none",
      );
    }
    policy.delete(node, key);
    return true;
  },

  setPrototypeOf(this: Recorded): never {
    throw misuse(this.node, "its prototype was set");
  },

  preventExtensions(this: Recorded): never {
    throw misuse(this.node, "it was made inextensible");
  },
};

/** Records a call of what `from` gives, other than by the trap that most calls go by. */
export function recordCall(from: Node, step: Step, policy: AwaitPolicy): unknown {
  from.used = true;
  const call: Node = {
    from,
    step,
    message: undefined,
    number: 0,
    used: false,
    scope: undefined,
    settled: undefined,
    held: undefined,
  };
  if (unusedCalls.isOn) {
    const { last } = unusedCalls;
    if (last !== undefined && last.used !== true) unusedCalls.keep(last);
    unusedCalls.last = call;
  }
  return record(call, policy);
}

/** Whether something is called in an expression: then it stands for what one call gives, and is made once. */
export function isCalled(node: Node): boolean {
  for (let at = node; !("root" in at); at = at.from) if (at.step.kind !== "get") return true;
  return false;
}

/** Whether an expression names a place in what is kept on the loop, so that it is the same one each time. */
function isKept(node: Node): boolean {
  let at = node;
  while (!("root" in at)) {
    if (at.step.kind !== "get") return false;
    at = at.from;
  }
  return at.root.kind === "reference";
}

function readSymbol(node: Node, policy: AwaitPolicy, key: symbol): unknown {
  const { items, isInstance } = policy;
  if (key === Symbol.iterator && items !== undefined && isKept(node)) return () => items(node);
  if (key === Symbol.hasInstance && isInstance !== undefined)
    return (value: unknown) => isInstance(node, value);
  if (key !== Symbol.iterator && key !== Symbol.asyncIterator)
    throw misuse(node, `its ${key.description ?? "symbol"} was read`);
  throw misuse(
    node,
    "it was destructured or iterated over",
    "write awaitlet(…) around it to get its value, or for (… of iterate(…)) where it is an async iterable",
  );
}

function misuse(
  node: Node,
  what: string,
  advice = "write awaitlet(…) around it to get its value",
): TypeError {
  // Its mistake is told of by this.
  node.used = true;
  return new TypeError(
    `use ${describe(node)} as a value: it is a recorded expression, not yet evaluated, and ${what}; ${advice}`,
  );
}

function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray(value) && Object.isFrozen(value) && Object.hasOwn(value, "raw");
}
