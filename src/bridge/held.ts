/**
 * What blocking code does to what is held on the loop, other than awaiting it: it sets properties, and takes items.
 *
 * @module
 */

import { ReferenceReleased } from "../base/errors.ts";
import { type AwaitPolicy, type Node, record } from "../wire/expression.ts";
import { throwOnAwait } from "./await_policy.ts";
import type { Operation } from "./operations.ts";
import type { Scope } from "./reference_table.ts";

/** How what is held on the loop is reached. */
export interface Holder {
  /** Has something done there, and gives what comes of it. */
  operate(operation: Operation, ...args: unknown[]): unknown;
  /** Keeps there what comes of an operation. */
  holdResult(operation: Operation, ...args: unknown[]): Node;
}

/** Throws where a reference may not be used any more. */
export function checkHeld(isDisposed: boolean, scope: Scope): void {
  if (isDisposed) throw new ReferenceReleased("use a reference: it has been disposed of");
  if (scope.ended) throw new ReferenceReleased("use a reference: the task that held it has ended");
}

/**
 * How a held value is treated.
 *
 * @param dispose Lets go of it.
 * @param members Where it is a promise as well, the members that it has itself: any other is one of what it comes to, for which it is awaited.
 */
export function heldPolicy(holder: Holder, dispose: () => void, members?: ReadonlySet<string>): AwaitPolicy {
  const operate = (operation: Operation, ...args: unknown[]) => holder.operate(operation, ...args);
  let awaited: Node | undefined;
  const comesTo = (node: Node): Node => {
    awaited ??= { from: holder.holdResult("awaited", record(node, throwOnAwait)), step: FIRST };
    return awaited;
  };
  const policy: AwaitPolicy = {
    ...throwOnAwait,
    ...(members && {
      owner: (node, key) => ("root" in node && !members.has(key) ? comesTo(node) : node),
    }),
    dispose: () => dispose,
    set: (node, key, value) => void operate("set", record(node, throwOnAwait), key, value),
    delete: (node, key) => void operate("delete", record(node, throwOnAwait), key),
    *items(given) {
      const node = members !== undefined && "root" in given ? comesTo(given) : given;
      const taken = operate("items", record(node, throwOnAwait)) as Taken;
      if (taken.kept === undefined) return yield* taken.items;
      const kept = new Set(taken.kept);
      const { items } = taken;
      for (let i = 0; i < items.length; i++) yield kept.has(i) ? record(itemOf(node, i), policy) : items[i];
    },
  };
  return policy;
}

/** The operation gives it in an array, so that it is not awaited once more. */
const FIRST = { kind: "get", key: "0" } as const;

/** What the operation `items` gives: of an array the plain items, and which others stay there; of anything else the items. */
type Taken =
  | { readonly kept: readonly number[]; readonly items: readonly unknown[] }
  | { readonly kept?: undefined; readonly items: Iterable<unknown> };

function itemOf(node: Node, index: number): Node {
  return { from: node, step: { kind: "get", key: String(index) } };
}
