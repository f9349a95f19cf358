/**
 * What a task comes to on the loop when its thread is done with it.
 *
 * @module
 */

import { NoAwaitOccurred } from "../base/errors.ts";
import type { Outcome } from "../wire/protocol.ts";
import { stackOf } from "../wire/said.ts";
import { completions } from "./messages.ts";
import { continueStack } from "./stack_trace.ts";
import type { Task } from "./task.ts";

/**
 * Settles a task.
 *
 * @param number What it did until it was done, as the thread says it.
 * @param outcome What its function came to; of a generator function that was not run, the arguments.
 */
export function settleTask(task: Task, number: number, outcome: Outcome): void {
  const completion = completions[number];
  if (completion === "generates") {
    const args = outcome.outcome === "returned" ? (outcome.value as readonly unknown[]) : task.args;
    task.settle({ outcome: "returned", value: task.generator(args) });
    return;
  }
  if (outcome.outcome === "returned" && task.assertAwaitOccurs && completion !== "awaited") {
    const message = `run ${task.target.name}: it returned without having awaited anything, which assertAwaitOccurs forbids`;
    task.settle({ outcome: "threw", value: new NoAwaitOccurred(message) });
    return;
  }
  const { value } = outcome;
  if (outcome.outcome === "threw" && !(task.cancellation && task.cancellation.reason === value)) {
    continueStack(value, `asyncDef(${task.target.name})`, (task.caller && stackOf(task.caller)) ?? "");
  }
  task.settle(outcome);
}
