/**
 * Recorded expressions within plain values, as `awaitlet([a, b])` takes them.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import { type Node, nodeOf } from "./expression.ts";

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
  if (!Array.isArray(value) || value.length === 0 || nodeOf(value[0]) === undefined) return false;
  const values = runtime.valuesOf(value);
  for (let i = 0; i < values.length; i++) {
    const node = nodeOf(values[i]);
    if (node === undefined) break;
    found.push(node);
  }
  if (found.length === value.length && values.length === value.length) return true;
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
