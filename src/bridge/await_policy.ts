/**
 * Recorded expressions in blocking code: only `awaitlet()` gets their value.
 *
 * @module
 */

import { type AwaitPolicy, describe, isCalled, type Node, record, recordCall } from "../wire/expression.ts";
import { blockingEnd } from "./current_end.ts";
import { liveOf } from "./live_object.ts";

export const throwOnAwait: AwaitPolicy = {
  then(node) {
    node.used = true;
    if (!isCalled(node) && !isReference(node)) throw awaited(node);
    return (...args: unknown[]) => {
      if (refuseAwait(node, args)) return;
      const then: Node = { from: node, step: { kind: "get", key: "then" } };
      return recordCall(then, { kind: "call", args }, throwOnAwait);
    };
  },
  isInstance(node, value) {
    if (Object(value) !== value || liveOf(value as object) === undefined) {
      throw new TypeError(
        `ask whether a value is an instance of ${describe(node)}: the class is on another thread, and the value is a copy here; import the class here too, or ask in async code`,
      );
    }
    return blockingEnd()?.operate("isInstance", value, record(node, throwOnAwait)) as boolean;
  },
};

/** Rejects where `then()` is called by `await`. Returns whether it is. */
export function refuseAwait(node: Node, args: readonly unknown[]): boolean {
  const [, reject] = args;
  const isAwait = args.length === 2 && args.every(isSettling);
  if (isAwait) (reject as (error: unknown) => void)(awaited(node));
  return isAwait;
}

function isReference(node: Node): boolean {
  return "root" in node && node.root.kind === "reference";
}

function awaited(node: Node): TypeError {
  return new TypeError(
    `await ${describe(node)} on a blocking thread: its event loop stands still while a task runs; write awaitlet(…) instead of await`,
  );
}

/** Whether `then` was given the functions that `await` gives it, which settle a promise of this thread. */
function isSettling(fn: unknown): boolean {
  if (typeof fn !== "function" || fn.name !== "") return false;
  return /\{\s*\[native code\]\s*\}$/.test(Function.prototype.toString.call(fn));
}
