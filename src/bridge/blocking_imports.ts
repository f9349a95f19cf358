/**
 * What blocking code gets for what stays on the loop: functions, promises and live objects.
 *
 * @module
 */

import { ReferenceReleased } from "../base/errors.ts";
import { markAwaitable, type Node, nodeOf, record } from "../wire/expression.ts";
import type { Mode } from "../wire/protocol.ts";
import { refuseAwait, throwOnAwait } from "./await_policy.ts";
import { type HandedOver, NOTHING } from "./handed_over.ts";
import { type LiveObject, liveOf } from "./live_object.ts";
import type { Operation } from "./operations.ts";
import type { ImportedFunction, Importing, Scope } from "./reference_table.ts";

/** What has expressions evaluated, and tells the loop what is not needed any more. */
export interface Evaluator {
  evaluate(expressions: readonly Node[], mode: Mode, plain?: boolean): unknown;
  /** Drops what stands here for `id`, and has the loop drop the original. */
  dropImport(id: number): void;
}

/** What the loop end does with the originals of live objects. */
export const OPERATIONS: Node = { root: { kind: "operations" } };

export class BlockingImports implements Importing {
  readonly #end: Evaluator;
  // A stub lives as long as its task: both ends drop it then.
  readonly collect = false;
  /**
   * Whether a function that is read now is called plainly, its promise awaited: what was passed to the task, and what comes of
   * that. Any other does what its type says.
   */
  readsPlainFunctions = true;
  /** What a promise which is read now may still change. */
  used: HandedOver = NOTHING;

  readonly live = {
    isSync: true,
    operate: (live: LiveObject, operation: Operation, args: readonly unknown[]): unknown => {
      checkScope(live.scope, live.className);
      return this.operate(operation, [live.proxy, ...args]);
    },
    release: (live: LiveObject): void => this.#end.dropImport(live.id),
    makeAwaitable: (live: LiveObject) => {
      const makeNode = (): Node =>
        referenceNode(live.id, () => checkScope(live.scope, live.className), { live: [live], buffers: [] });
      markAwaitable(live.proxy, makeNode);
      return (...args: unknown[]): unknown => {
        return refuseAwait(makeNode(), args) ? undefined : live.call("then", args);
      };
    },
  };

  constructor(end: Evaluator) {
    this.#end = end;
  }

  release(): void {}

  stub(id: number, scope: Scope, { name }: ImportedFunction): object {
    const imports = this;
    const end = this.#end;
    const node = referenceNode(id, () => checkScope(scope, name || "a function"));
    const called = (args: readonly unknown[]): Node => ({ from: node, step: { kind: "call", args } });
    if (this.readsPlainFunctions)
      return named(name, (...args: unknown[]) => end.evaluate([called(args)], "await", true));
    const stub = function (this: unknown, ...args: unknown[]): unknown {
      // What it stands on here is a copy, unless it is one of these: the original knows what it is called on.
      const isGiven =
        nodeOf(this) !== undefined || (Object(this) === this && liveOf(this as object) !== undefined);
      if (isGiven) return imports.operate("apply", [stub, this, ...args]);
      return imports.operate("box", [record(called(args), throwOnAwait)]);
    };
    return named(name, stub);
  }

  promise(id: number, scope: Scope): object {
    const check = (): void => checkScope(scope, "a promise");
    return record(referenceNode(id, check, this.used), throwOnAwait) as object;
  }

  /** Has something done on the loop. */
  operate(operation: Operation, args: readonly unknown[]): unknown {
    const result = this.#end.evaluate([operationNode(operation, args)], "await");
    return (result as readonly unknown[])[0];
  }
}

/** The expression of something that is done on the loop. */
export function operationNode(operation: Operation, args: readonly unknown[]): Node {
  const from: Node = { from: OPERATIONS, step: { kind: "get", key: operation } };
  return { from, step: { kind: "call", args } };
}

/** The expression of what the loop keeps as `id`, and what that may still change. */
export function referenceNode(id: number, check: () => void = () => {}, used: HandedOver = NOTHING): Node {
  return { root: { kind: "reference", id, check, used: used === NOTHING ? undefined : used } };
}

function checkScope(scope: Scope, what: string): void {
  if (scope.ended) throw new ReferenceReleased(`use ${what}: the task that it came from has ended`);
}

function named<F>(name: string, fn: F): F {
  return name === "" ? fn : Object.defineProperty(fn, "name", { value: name, configurable: true });
}
