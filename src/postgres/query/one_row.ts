/**
 * Results that are to be one row.
 *
 * @module
 */

import { registerError } from "../../../mod.ts";

/** There was no row where one was asked for. */
export class NoResultFound extends Error {
  /** The class's name, the same on all threads. */
  override readonly name: string = "NoResultFound";
}
registerError(NoResultFound, "NoResultFound");

/** There were several rows where one was asked for. */
export class MultipleResultsFound extends Error {
  /** The class's name, the same on all threads. */
  override readonly name: string = "MultipleResultsFound";
}
registerError(MultipleResultsFound, "MultipleResultsFound");

/**
 * Makes sure that there is one row.
 *
 * @param count How many there are.
 * @param isOptional Whether there may be none.
 */
export function checkCount(count: number, isOptional: boolean): void {
  if (count > 1) {
    throw new MultipleResultsFound(
      `take the one row of a result: there are ${count}; narrow the query, or use first() or all()`,
    );
  }
  if (count === 0 && !isOptional) {
    throw new NoResultFound("take the one row of a result: there is none; use oneOrNone() where that may be");
  }
}
