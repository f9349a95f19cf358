/**
 * The rows of a large result, a batch at a time.
 *
 * @module
 */

import { awaitlet, hold } from "../../mod.ts";
import { Cursor } from "./cursor.ts";
import type { Lease } from "./lease.ts";
import { loop } from "./loop.ts";
import { Result } from "./result.ts";
import type { Query } from "./sql.ts";

/** How a stream is read. */
export interface StreamOptions {
  /** How many rows are read at a time. As many again are read ahead. Default 1,000. */
  readonly batch?: number;
}

/** @throws {RangeError} When there is no such number of rows. */
export function checkBatch({ batch = 1000 }: StreamOptions): number {
  if (Number.isInteger(batch) && batch >= 1 && batch < 2 ** 31) return batch;
  throw new RangeError(`stream a query: batch is ${batch}; it must be a whole number of rows, at least 1`);
}

/** Reads a query's rows in blocking code, on the connection of this number. */
export function* streamRows<R>(
  connection: number,
  { text, values }: Query,
  batch: number,
): Generator<R, void, undefined> {
  const cursor = hold(loop.openCursor(connection, text, values, batch));
  try {
    for (let isLast = false; !isLast; ) {
      const data = awaitlet(cursor.next());
      isLast = data.rowCount < batch;
      yield* new Result<R>(data);
    }
  } finally {
    awaitlet(cursor.close());
    cursor[Symbol.dispose]();
  }
}

/** Reads a query's rows on the loop. */
export async function* streamRowsAsync<R>(
  lease: Lease,
  { text, values }: Query,
  batch: number,
): AsyncGenerator<R, void, undefined> {
  const cursor = await Cursor.open(lease, text, values, batch);
  try {
    for (let isLast = false; !isLast; ) {
      const data = await cursor.next();
      isLast = data.rowCount < batch;
      yield* new Result<R>(data);
    }
  } finally {
    await cursor.close();
  }
}
