/**
 * The blocking side of a generator: what it yields goes to its consumer on the loop, in batches, as it is asked for.
 *
 * @module
 */

import { record } from "../wire/expression.ts";
import { roughSize } from "../wire/size.ts";
import type { BlockingEnd } from "./blocking_end.ts";
import { blockingManner } from "./blocking_manner.ts";

/** A batch is sent when it takes this many bytes, roughly, or has been collected for this many milliseconds. */
const BATCH_BYTES = 2 ** 20;
const BATCH_MS = 5;

const consumer = record({ root: { kind: "consumer" } }, blockingManner) as (items: unknown[]) => number;

/** Runs a generator to its end, or to where its consumer leaves. Returns what the generator returns. */
export function yieldAll(end: BlockingEnd, generator: Generator<unknown, unknown, void>): unknown {
  let items: unknown[] = [];
  const send = (): number => {
    const sent = items;
    items = [];
    return end.evaluate([consumer(sent)], "await") as number;
  };
  try {
    for (let wanted = send(); wanted > 0; wanted = send()) {
      let bytes = 0;
      const until = performance.now() + BATCH_MS;
      while (items.length < wanted && bytes < BATCH_BYTES) {
        const { value, done } = generator.next();
        if (done) return value;
        items.push(value);
        bytes += roughSize(value);
        if (performance.now() >= until) break;
      }
    }
    return undefined;
  } finally {
    // The items come before the end, or the error, that followed them.
    if (items.length > 0) send();
    generator.return(undefined);
  }
}
