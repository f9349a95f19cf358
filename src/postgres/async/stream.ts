/**
 * The rows of a large result on the loop, a batch at a time.
 *
 * @module
 */

import { Cursor } from "../loop/cursor.ts";
import type { Lease } from "../loop/lease.ts";
import { rowCountOf } from "../query/packed_result.ts";
import { Result, type RowForm } from "../query/result.ts";
import type { BoundQuery } from "../types/custom_types.ts";

/** @internal Reads a query's rows on the loop. */
export async function* streamRowsAsync<R>(
  lease: Lease,
  bound: PromiseLike<BoundQuery>,
  batch: number,
  form: RowForm<R>,
): AsyncGenerator<R, void, undefined> {
  const { text, values } = await bound;
  const cursor = await Cursor.open(lease, text, values, batch);
  try {
    let before = 0;
    for (let isLast = false; !isLast; ) {
      const data = await cursor.next();
      isLast = rowCountOf(data) < batch;
      yield* new Result<R>(data, { ...form, before });
      before += rowCountOf(data);
    }
  } finally {
    await cursor.close();
  }
}
