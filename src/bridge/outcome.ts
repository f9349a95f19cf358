/**
 * How a task, a wait or a call has ended, on both ends and on the wire.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";
import { OUTCOMES, type Outcome } from "../wire/protocol.ts";

/** Refuses a promise that blocking code has returned: on its own thread nothing will ever settle it. */
export function refusePromise(promise: Promise<unknown>): never {
  promise.catch(() => {});
  throw new TypeError(
    "run blocking code: it returned a Promise of its own thread; write it without async and await, and move what is async to an asyncModule()",
  );
}

/** The reason that a task was cancelled with, on this side; each side has an object of its own for it. */
export interface Cancellation {
  readonly reason: unknown;
}

/** Writes an outcome. `cancellation` is the task's, where it was cancelled. */
export function writeOutcome(
  writer: Writer,
  { outcome, value }: Outcome,
  name: string,
  cancellation?: Cancellation,
): void {
  if (outcome === "threw" && cancellation !== undefined && cancellation.reason === value) {
    writer.uint(OUTCOMES.indexOf("cancelled"));
    return;
  }
  writer.uint(OUTCOMES.indexOf(outcome));
  if (outcome === "threw") writer.extension.records = false;
  writer.value(value, outcome === "threw" ? "error" : name);
}

/** What a task was cancelled with, where the reason itself cannot cross, or is not known here. */
export function plainAbort(): DOMException {
  return new DOMException("The task was aborted", "AbortError");
}

/**
 * Reads an outcome.
 *
 * @param task The task, as this side knows it. Where the outcome is the first to say that it is cancelled, it is from here on: what stands
 * for the reason is then told apart from all else that the task may throw.
 */
export function readOutcome(reader: Reader, task?: { cancellation: Cancellation | undefined }): Outcome {
  const outcome = OUTCOMES[reader.uint()] as (typeof OUTCOMES)[number];
  if (outcome === "cancelled") {
    const cancellation = task?.cancellation ?? { reason: plainAbort() };
    if (task !== undefined) task.cancellation = cancellation;
    return { outcome: "threw", value: cancellation.reason };
  }
  return { outcome, value: reader.value() };
}
