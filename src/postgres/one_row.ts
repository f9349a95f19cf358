/**
 * Results that are to be one row.
 *
 * @module
 */

import { registerError } from "../../mod.ts";

/** There was no row where one was asked for. */
export class NoResultFound extends Error {
  override readonly name: string = "NoResultFound";
}
registerError(NoResultFound);

/** There were several rows where one was asked for. */
export class MultipleResultsFound extends Error {
  override readonly name: string = "MultipleResultsFound";
}
registerError(MultipleResultsFound);

/** The only item. */
export function theOne<T>(items: readonly T[]): T {
  const item = theOneOrNone(items);
  if (items.length === 0) {
    throw new NoResultFound("take the one row of a result: there is none; use oneOrNone() where that may be");
  }
  return item as T;
}

/** The only item, or `undefined`. */
export function theOneOrNone<T>(items: readonly T[]): T | undefined {
  if (items.length > 1) {
    throw new MultipleResultsFound(
      `take the one row of a result: there are ${items.length}; narrow the query, or use first() or all()`,
    );
  }
  return items[0];
}
