/**
 * How a stream of rows is read.
 *
 * @module
 */

import { checkOptions } from "../../base/check_options.ts";
import type { StandardSchema } from "./standard_schema.ts";

/** How a stream is read. */
export interface StreamOptions<R = unknown> {
  /** How many rows are read at a time. As many again are read ahead. Default 1,000. */
  readonly batch?: number;
  /** What each row must be, as for `execute()`. */
  readonly schema?: StandardSchema<R>;
}

/**
 * @throws {RangeError} When there is no such number of rows.
 * @throws {TypeError} When there is no such option.
 */
export function checkBatch(options: StreamOptions<unknown>): number {
  checkOptions("stream a query", options, { batch: true, schema: true });
  const { batch = 1000 } = options;
  if (Number.isInteger(batch) && batch >= 1 && batch < 2 ** 31) return batch;
  throw new RangeError(`stream a query: batch is ${batch}; it must be a whole number of rows, at least 1`);
}
