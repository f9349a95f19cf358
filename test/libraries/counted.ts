import { within } from "../support/within.ts";
import { countMessages } from "./messages.ts";

/** What a task gave, how often it waited for the loop, how often it called back, and how many queries it sent. */
export interface Counted<T> {
  value: T;
  roundTrips: number;
  answers: number;
  queries: number;
}

/** The counts of a task that awaits one query. */
export const once: Omit<Counted<unknown>, "value"> = { roundTrips: 1, answers: 0, queries: 1 };

/**
 * Counts what tasks do.
 *
 * @param sent Where the library notes the queries that it sends.
 * @returns What runs the one task that is to be counted.
 */
export function counter(sent: unknown[]): <T>(task: () => Promise<T>) => Promise<Counted<T>> {
  return async (task) => {
    sent.length = 0;
    return { ...(await countMessages(() => within(task()))), queries: sent.length };
  };
}
