/**
 * Runs one statement for each of many rows, on the loop.
 *
 * @module
 */

import type { Statements } from "../query/many_statements.ts";
import type { Lease } from "./lease.ts";

/**
 * Runs statements in the transaction that is open.
 *
 * @returns How many rows they returned or changed, together.
 */
export async function runMany(lease: Lease, statements: Statements): Promise<number> {
  const { connection, echo } = lease;
  const { texts, textOf, values } = statements;
  for (const text of texts) lease.noteStatement(text);
  for (const [i, row] of values.entries()) {
    const shown = echo(texts[textOf[i] as number] as string, row);
    if (shown !== undefined) await shown;
  }
  return await connection.many(statements);
}
