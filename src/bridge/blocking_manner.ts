/**
 * Recorded expressions in blocking code: only `awaitlet()` gets their value.
 *
 * @module
 */

import { describe, type Manner } from "../wire/expression.ts";

export const blockingManner: Manner = {
  then(node) {
    throw new TypeError(
      `await ${describe(node)} on a blocking thread: its event loop stands still while a task runs; write awaitlet(…) instead of await`,
    );
  },
};
