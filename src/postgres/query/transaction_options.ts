/**
 * How a transaction begins.
 *
 * @module
 */

import { checkOptions } from "../../base/check_options.ts";

/** How a transaction begins; a savepoint takes none of it. */
export interface TransactionOptions {
  /** What it sees of others. Default what the server is set to, mostly `"read committed"`. */
  readonly isolation?: "read uncommitted" | "read committed" | "repeatable read" | "serializable";
  /** Whether the server refuses to change anything in it. Default `false`. */
  readonly readOnly?: boolean;
  /** Whether to wait, with `"serializable"` and `readOnly`, until it cannot fail because of others. Default `false`. */
  readonly deferrable?: boolean;
}

const ISOLATIONS: readonly unknown[] = [
  "read uncommitted",
  "read committed",
  "repeatable read",
  "serializable",
];

/**
 * Writes the statement that begins a transaction.
 *
 * @param options How it begins.
 * @returns The SQL.
 * @throws {TypeError} When there is no such option.
 * @throws {RangeError} When there is no such isolation level.
 */
export function beginText(options: TransactionOptions): string {
  checkOptions("begin a transaction", options, { deferrable: true, isolation: true, readOnly: true });
  const { isolation, readOnly, deferrable } = options;
  if (isolation !== undefined && !ISOLATIONS.includes(isolation)) {
    throw new RangeError(
      `begin a transaction: there is no isolation level ${JSON.stringify(isolation)}; use one of ${ISOLATIONS.join(", ")}`,
    );
  }
  const modes: string[] = [];
  if (isolation !== undefined) modes.push(`isolation level ${isolation}`);
  if (readOnly !== undefined) modes.push(readOnly ? "read only" : "read write");
  if (deferrable !== undefined) modes.push(deferrable ? "deferrable" : "not deferrable");
  return modes.length === 0 ? "begin" : `begin ${modes.join(", ")}`;
}
