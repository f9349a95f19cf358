/**
 * Scripts: several statements in one text.
 *
 * @module
 */

import { Query } from "./sql.ts";
import { kindOf, splitStatements } from "./statement_kind.ts";

/**
 * Makes sure that what is to be run is a script.
 *
 * @param script What the caller gave.
 * @returns Its text.
 * @throws {TypeError} When it is no text, or has values.
 */
export function checkScript(script: string | Query): string {
  const isQuery = script instanceof Query;
  if (!isQuery && typeof script !== "string") {
    throw new TypeError("run a script: what was given is no text; give a string, or a query without values");
  }
  if (isQuery && script.values.length > 0) {
    throw new TypeError(
      "run a script: it has values, and Postgres takes none for several statements; run the statement that has them by execute()",
    );
  }
  return isQuery ? script.text : script;
}

/** Whether one of its statements may prepare a statement, or have the server forget those of others. */
export function preparesStatements(script: string): boolean {
  return splitStatements(script).some((statement) => kindOf(statement).changesStatements);
}
