/**
 * A result as one array of bytes: what crosses between threads, and what rows are read from.
 *
 * ```
 * 0   1  flags
 * 4   4  which loop thread numbered the columns
 * 8   4  the number of the columns
 * 12  6  how many rows were returned or changed
 * 18  4  the number of the engine, for a caller that does not know it yet
 * 22  4  how many bytes the columns are
 * 26     the columns, as `writeColumns()` writes them; then the rows as the server sent them
 * ```
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { transfer } from "../../../mod.ts";
import { int32 } from "../types/read_value.ts";

/** A result as the server sent it, behind a header. */
export type PackedResult = Uint8Array<ArrayBuffer>;

/** Set where the statement ran on a connection of the caller's own. */
export const HAS_LEASE = 1;
/** Set where that holds a transaction, a lock or a setting, or few are left: then it is to be given back without delay. */
export const IS_URGENT = 2;

/** The answer to a caller whose number of an engine the loop does not know: another loop thread gave it. */
export const UNKNOWN_ENGINE: PackedResult = new Uint8Array(0);

const HEADER = 26;

/** The columns of a result. They have a number, so that a thread reads them only once. */
export interface ResultColumns {
  readonly number: number;
  readonly bytes: Uint8Array;
}

/** Tells this thread's numbers from those of another loop thread in the same process. */
const THREAD = Math.floor(Math.random() * 2 ** 32);

const numbered = new Map<string, ResultColumns>();
let lastNumber = 0;

/** How many columns are remembered. */
const MOST = 1000;

/** The columns with their number: that of equal ones, where these are remembered. */
export function numberColumns(columns: string): ResultColumns {
  let found = numbered.get(columns);
  if (found === undefined) {
    if (numbered.size >= MOST) numbered.clear();
    found = { number: ++lastNumber, bytes: Buffer.from(columns) };
    numbered.set(columns, found);
  }
  return found;
}

/** How many bytes stand before the rows. */
export function roomBeforeRows({ bytes }: ResultColumns): number {
  return HEADER + bytes.length;
}

/** Writes what stands before the rows. */
export function writeHeader(result: PackedResult, { number, bytes }: ResultColumns, rowCount: number): void {
  // The memory may hold whatever stood there before: also what nobody sets must be nothing.
  result.fill(0, 0, HEADER);
  writeInt32(result, 4, THREAD);
  writeInt32(result, 8, number);
  writeInt32(result, 12, rowCount);
  const high = Math.floor(rowCount / 2 ** 32);
  result[16] = high >> 8;
  result[17] = high;
  writeInt32(result, 22, bytes.length);
  result.set(bytes, HEADER);
  // For where it crosses.
  if (result.length >= LARGE) transfer(result, [result.buffer]);
}

/** From how many bytes on a result moves to another thread instead of being copied. */
const LARGE = 64 * 1024;

/** Which loop thread numbered the columns of a result. */
export function threadOf(result: PackedResult): number {
  return int32(result, 4);
}

/** The number of the columns of a result. */
export function columnsNumberOf(result: PackedResult): number {
  return int32(result, 8);
}

/** How many rows were returned or changed. */
export function rowCountOf(result: PackedResult): number {
  const high = ((result[16] as number) << 8) | (result[17] as number);
  return high * 2 ** 32 + (int32(result, 12) >>> 0);
}

/** Where the rows begin. */
export function rowsStart(result: PackedResult): number {
  return HEADER + int32(result, 22);
}

/** The columns, as `writeColumns()` wrote them. */
export function columnsIn(result: PackedResult): string {
  return Buffer.from(result.buffer, result.byteOffset + HEADER, int32(result, 22)).toString("utf8");
}

/** What blocking code is to know besides: `HAS_LEASE`, `IS_URGENT`. */
export function flagsOf(result: PackedResult): number {
  return result[0] as number;
}

/** The number of the engine that the statement ran on, for blocking code to name it by. */
export function engineOf(result: PackedResult): number {
  return int32(result, 18);
}

/** Writes what blocking code is to know besides. */
export function addressResult(result: PackedResult, engine: number, flags: number): PackedResult {
  result[0] = flags;
  writeInt32(result, 18, engine);
  return result;
}

function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24;
  bytes[at + 1] = value >> 16;
  bytes[at + 2] = value >> 8;
  bytes[at + 3] = value;
}
