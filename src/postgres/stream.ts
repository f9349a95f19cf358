/**
 * The rows of a large result, a batch at a time.
 *
 * @module
 */

import { awaitlet, hold } from "../../mod.ts";
import { Cursor } from "./loop/cursor.ts";
import type { Lease } from "./loop/lease.ts";
import { loop } from "./loop/loop.ts";
import { Result, type RowForm } from "./result.ts";
import { unpackResult } from "./result_data.ts";
import type { StandardSchema } from "./standard_schema.ts";
import type { Bound } from "./values/custom_types.ts";

/** How a stream is read. */
export interface StreamOptions<R = unknown> {
  /** How many rows are read at a time. As many again are read ahead. Default 1,000. */
  readonly batch?: number;
  /** What each row must be, as for `execute()`. */
  readonly schema?: StandardSchema<R>;
}

/** @throws {RangeError} When there is no such number of rows. */
export function checkBatch({ batch = 1000 }: StreamOptions<unknown>): number {
  if (Number.isInteger(batch) && batch >= 1 && batch < 2 ** 31) return batch;
  throw new RangeError(`stream a query: batch is ${batch}; it must be a whole number of rows, at least 1`);
}

/** Reads a query's rows in blocking code, on the connection of this number. */
export function* streamRows<R>(
  connection: number,
  { text, values }: Bound,
  batch: number,
  form: RowForm<R>,
): Generator<R, void, undefined> {
  const cursor = hold(loop.openCursor(connection, text, values, batch));
  try {
    let before = 0;
    for (let isLast = false; !isLast; ) {
      const data = unpackResult(awaitlet(cursor.next()));
      isLast = data.rowCount < batch;
      yield* new Result<R>(data, { ...form, before });
      before += data.rowCount;
    }
  } finally {
    awaitlet(cursor.close());
    cursor[Symbol.dispose]();
  }
}

/** @internal Reads a query's rows on the loop. */
export async function* streamRowsAsync<R>(
  lease: Lease,
  bound: PromiseLike<Bound>,
  batch: number,
  form: RowForm<R>,
): AsyncGenerator<R, void, undefined> {
  const { text, values } = await bound;
  const cursor = await Cursor.open(lease, text, values, batch);
  try {
    let before = 0;
    for (let isLast = false; !isLast; ) {
      const data = await cursor.next();
      isLast = data.rowCount < batch;
      yield* new Result<R>(data, { ...form, before });
      before += data.rowCount;
    }
  } finally {
    await cursor.close();
  }
}
