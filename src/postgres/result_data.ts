/**
 * A result as the server sent it, and as it crosses between threads.
 *
 * @module
 */

import { transfer } from "../../mod.ts";

/** A result as the server sent it. */
export interface ResultData {
  /** The columns, as `writeColumns()` writes them; none for a statement that returns no rows. */
  readonly columns: string;
  /** The rows as the server sent them. */
  readonly rows: Uint8Array<ArrayBuffer>;
  /** How many rows were returned or changed. */
  readonly rowCount: number;
  /** What the server calls the statement: `SELECT`, `INSERT`, … */
  readonly command: string;
}

/** The same, as it crosses: without names it is sooner written and read. */
export type PackedResult = readonly [
  columns: string,
  rows: Uint8Array<ArrayBuffer>,
  rowCount: number,
  command: string,
];

/** From how many bytes on rows move to the other thread instead of being copied. */
const LARGE = 64 * 1024;

/** Has a result cross next. */
export function packResult({ columns, rows, rowCount, command }: ResultData): PackedResult {
  if (rows.length >= LARGE) transfer(rows, [rows.buffer]);
  return [columns, rows, rowCount, command];
}

/** What has crossed. */
export function unpackResult([columns, rows, rowCount, command]: PackedResult): ResultData {
  return { columns, rows, rowCount, command };
}
