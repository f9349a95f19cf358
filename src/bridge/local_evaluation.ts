/**
 * Recorded expressions awaited on the loop thread itself, without a bridge.
 *
 * @module
 */

import { describe, type Node } from "../wire/expression.ts";
import { call, get, ownerOf } from "../wire/expression_codec.ts";
import { gather } from "../wire/gathering.ts";

/** What has loaded the async modules of this thread. */
export interface Modules {
  loadedModule(url: string): object | undefined;
  loadModule(url: string): Promise<object>;
}

interface Evaluated {
  readonly value: unknown;
  readonly receiver: unknown;
}

/** Evaluates an expression here, each node of it once, and awaits its value. */
export async function evaluateHere(node: Node, modules: Modules): Promise<unknown> {
  const evaluated = new Map<Node, Evaluated>();

  const evaluate = async (at: Node): Promise<Evaluated> => {
    const known = evaluated.get(at);
    if (known !== undefined) return known;
    const outcome = "root" in at ? await evaluateRoot(at) : await evaluateStep(at);
    evaluated.set(at, outcome);
    return outcome;
  };
  const evaluateRoot = async ({ root }: Extract<Node, { root: unknown }>): Promise<Evaluated> => {
    if (root.kind === "loop") return { value: globalThis, receiver: undefined };
    if (root.kind !== "module") throw new TypeError(`await a ${root.kind}: it belongs to a blocking thread`);
    return {
      value: modules.loadedModule(root.url) ?? (await modules.loadModule(root.url)),
      receiver: undefined,
    };
  };
  const evaluateStep = async ({ from, step }: Extract<Node, { step: unknown }>): Promise<Evaluated> => {
    const before = await evaluate(from);
    if (step.kind === "get") {
      const owner = ownerOf(before.value, step.key);
      return { value: get(owner, step.key), receiver: owner };
    }
    const given = (await withValues(step.args)) as unknown[];
    const args = step.kind === "tag" ? [step.strings, ...given] : given;
    const value = call(step.kind === "new", before.value, before.receiver, args, describe(from));
    return { value, receiver: undefined };
  };
  /** The arguments with the expressions in them replaced by their values, promises as they are. */
  const withValues = async (args: readonly unknown[]): Promise<unknown> => {
    const found: Node[] = [];
    const rebuild = gather(args, found);
    if (rebuild === undefined) return args;
    const values: unknown[] = [];
    for (const expression of found) values.push((await evaluate(expression)).value);
    return rebuild(values);
  };

  return (await evaluate(node)).value;
}
