/**
 * The calls that blocking code has recorded and nothing has used: such a call is never made.
 *
 * @module
 */

import type { Node } from "./expression.ts";
import { gather } from "./gathering.ts";

/** How many calls are kept until those that were used since are dropped. */
const SWEEP = 64;
/** How many unused calls of a task are told of. */
const MOST = 100;

/** The calls of the task that runs on this thread. Most calls are used before the next one is recorded: those cost two assignments. */
class UnusedCalls {
  /** Whether a task runs here. */
  isOn = false;
  /** The call that was recorded last. */
  last: Node | undefined;
  #kept: Node[] = [];
  #sweepAt = SWEEP;

  /** Keeps a call that had not been used when the next one was recorded. */
  keep(node: Node): void {
    this.#kept.push(node);
    if (this.#kept.length < this.#sweepAt) return;
    this.#kept = this.#kept.filter((kept) => kept.used !== true).slice(0, MOST);
    this.#sweepAt = this.#kept.length + SWEEP;
  }

  begin(): void {
    this.isOn = true;
    this.last = undefined;
    if (this.#kept.length > 0) this.#kept = [];
    this.#sweepAt = SWEEP;
  }

  /** The calls that are unused now, without those that stand in `result`, or are arguments of others. */
  take(result: unknown): readonly Node[] {
    const { last } = this;
    this.last = undefined;
    if (last !== undefined && last.used !== true) this.#kept.push(last);
    if (this.#kept.length === 0) return NONE;
    useAll(result);
    for (const node of this.#kept) if (!("root" in node) && node.step.kind !== "get") useAll(node.step.args);
    const unused = this.#kept.filter((kept) => kept.used !== true);
    this.#kept = [];
    return unused;
  }
}

/** Marks the expressions in a value as used. */
function useAll(value: unknown): void {
  const found: Node[] = [];
  try {
    gather(value, found);
  } catch {
    // A promise stands among them, which is told of elsewhere.
  }
  for (const node of found) node.used = true;
}

const NONE: readonly Node[] = [];

export const unusedCalls: UnusedCalls = new UnusedCalls();
