/**
 * What is looked up in the expressions that are awaited, and kept in them.
 *
 * @module
 */

import { isCalled, type Node } from "../wire/expression.ts";
import type { Outcome } from "../wire/protocol.ts";
import { referenceNode } from "./blocking_imports.ts";

export function rootOf(node: Node): Extract<Node, { root: unknown }> {
  let at = node;
  while (!("root" in at)) at = at.from;
  return at;
}

/**
 * Keeps what calls have come to, for when they are awaited again.
 *
 * @param made Where one of several has failed: the numbers under which the loop keeps the promises that all of them have given.
 */
export function keepOutcome(
  expressions: readonly Node[],
  settled: Outcome,
  scope: object,
  made?: readonly number[],
): void {
  const [first] = expressions;
  if (expressions.length === 1 && first !== undefined) {
    if (isCalled(first)) Object.assign(first, { scope, settled });
    return;
  }
  if (settled.outcome === "threw") {
    for (const [i, id] of (made ?? []).entries()) {
      const node = expressions[i];
      if (node === undefined || !isCalled(node)) continue;
      if (node.scope === scope && (node.settled !== undefined || node.held !== undefined)) continue;
      const reference = referenceNode(id);
      if ("root" in reference) Object.assign(node, { scope, held: reference.root });
    }
    return;
  }
  const values = settled.value as unknown[];
  for (const [i, node] of expressions.entries()) {
    if (!isCalled(node)) continue;
    if (node.scope === scope && node.settled?.outcome === "returned") values[i] = node.settled.value;
    else Object.assign(node, { scope, settled: { outcome: "returned", value: values[i] } });
  }
}

/** A call of a function right of an async module. */
export interface ShortCall {
  readonly url: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What a node calls, where that is a function right of an async module. */
export function shortCallOf(node: Node): ShortCall | undefined {
  if ("root" in node || node.step.kind !== "call") return undefined;
  const { from } = node;
  if ("root" in from || from.step.kind !== "get") return undefined;
  const module = from.from;
  if (!("root" in module) || module.root.kind !== "module") return undefined;
  return { url: module.root.url, name: from.step.key, args: node.step.args };
}
