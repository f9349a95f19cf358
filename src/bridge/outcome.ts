/**
 * How a task, a wait or a call has ended, on both ends and on the wire.
 *
 * @module
 */

import type { Reader, Writer } from "../wire/codec.ts";
import { OUTCOMES, type Outcome } from "../wire/protocol.ts";

/** Calls blocking code. A promise of the blocking thread is refused: nothing there will ever settle it. */
export function attempt(fn: () => unknown): Outcome {
  try {
    const value = fn();
    if (!(value instanceof Promise)) return { outcome: "returned", value };
    value.catch(() => {});
    throw new TypeError(
      "run blocking code: it returned a Promise of its own thread; write it without async and await, and move what is async to an asyncModule()",
    );
  } catch (value) {
    return { outcome: "threw", value };
  }
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
  writer.value(value, outcome === "threw" ? "error" : name);
}

export function readOutcome(reader: Reader, cancellation?: Cancellation): Outcome {
  const outcome = OUTCOMES[reader.uint()] as (typeof OUTCOMES)[number];
  if (outcome === "cancelled") return { outcome: "threw", value: cancellation?.reason };
  return { outcome, value: reader.value() };
}
