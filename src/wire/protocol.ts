/**
 * Words that both ends of a bridge share. What the messages are stands in src/bridge/messages.ts.
 *
 * @module
 */

/** How a wait, a call or a task has ended. `cancelled`: with the very reason that the task was cancelled with. */
export const OUTCOMES = ["returned", "threw", "cancelled"] as const;
export type Outcome = { readonly outcome: "returned" | "threw"; readonly value: unknown };

/** Whether the value of an expression crosses, or stays on the loop. */
export type Mode = "await" | "hold";

/**
 * What a task did until it was done. `generates`: nothing, for its export is a generator function, to be run as such, with the
 * arguments that are its result.
 */
export type TaskCompletion = "computed" | "awaited" | "generates";

/** What stands in a message for what is neither copied nor made anew. */
export const CROSSING = [
  "sender's",
  "receiver's",
  "expression",
  "live",
  "promise",
  "own",
  "class",
  "web",
  "signal",
  "list",
] as const;
