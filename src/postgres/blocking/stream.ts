/**
 * The rows of a large result in blocking code, a batch at a time.
 *
 * @module
 */

import { awaitlet, hold } from "../../../mod.ts";
import { rowCountOf } from "../query/packed_result.ts";
import { Result, type RowForm } from "../query/result.ts";
import type { BoundQuery } from "../types/custom_types.ts";
import { loop } from "./remote.ts";

/** Reads a query's rows in blocking code, on the connection whose number is given. */
export function* streamRows<R>(
  connectionOf: () => number,
  { text, values }: BoundQuery,
  batch: number,
  form: RowForm<R>,
): Generator<R, void, undefined> {
  const cursor = hold(loop.openCursor(connectionOf(), text, values, batch));
  try {
    let before = 0;
    for (let isLast = false; !isLast; ) {
      const data = awaitlet(cursor.next());
      isLast = rowCountOf(data) < batch;
      yield* new Result<R>(data, { ...form, before });
      before += rowCountOf(data);
    }
  } finally {
    awaitlet(cursor.close());
    cursor[Symbol.dispose]();
  }
}
