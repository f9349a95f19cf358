/** What a fault matrix is made of: for each state and each way to end it, what the caller is to get. */

import { ThreadDied } from "../../mod.ts";
import { name as runtime } from "../support/this_runtime.ts";

/** How a cell ended. */
export interface Ended {
  /** What the caller got. */
  readonly outcome: string;
  /** How many milliseconds after the fault. */
  readonly ms: number;
}

export interface Cell {
  readonly table: string;
  readonly state: string;
  readonly way: string;
  /** What the caller is to get. */
  readonly expected: string;
  run(): Promise<Ended>;
}

/** Where nothing can be ended that way. */
export const NONE = "-";

export const ANSWERED = "answered";
export const DIED = "ThreadDied";
export const OWN_ERROR = "its error";
export const REASON = "its reason";

/** The reason of a signal that aborts. */
export const reason: Error = new Error("enough");

/** What the caller got, in a word. */
export function outcomeOf(error: unknown): string {
  if (error === reason) return REASON;
  if (error instanceof ThreadDied) return DIED;
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  return error.message === "its own" ? OWN_ERROR : error.name;
}

/** Waits for a promise, and tells how it ended. */
export async function settle(promise: PromiseLike<unknown>): Promise<string> {
  try {
    await promise;
    return ANSWERED;
  } catch (error) {
    return outcomeOf(error);
  }
}

/** How long a thread is waited for that does not return when it is cancelled, in milliseconds; and one that does. */
export const GRACE = 100;
export const LONG_GRACE = 10_000;

/** Bun bounds the memory of the whole process only: there a program that has none left is ended whole. */
export const boundsMemory: boolean = runtime !== "bun";

/** How long a cell may take that is not measured at all: to reach its state. */
const PATIENCE = 30_000;

/** Waits until something is so. */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it is not so: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
