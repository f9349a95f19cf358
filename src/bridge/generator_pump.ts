/**
 * The blocking side of a generator: what it yields goes to its consumer on the loop, in batches, as it is asked for.
 *
 * @module
 */

import { NotTransferable } from "../base/errors.ts";
import type { Node } from "../wire/expression.ts";
import { roughSize } from "../wire/size.ts";
import type { BlockingEnd } from "./blocking_end.ts";
import type { TaskFrame } from "./wait_stack.ts";

/** A batch is sent when it takes this many bytes, roughly, or has been collected for this many milliseconds. */
const BATCH_BYTES = 2 ** 20;
const BATCH_MS = 5;

const consumer: Node = { root: { kind: "consumer" } };

/** Runs a generator to its end, or to where its consumer leaves. Returns what the generator returns. */
export function pumpGenerator(
  end: BlockingEnd,
  frame: TaskFrame,
  generator: Generator<unknown, unknown, void>,
): unknown {
  let items: unknown[] = [];
  const send = (more: boolean): number => {
    const sent = items;
    items = [];
    return end.evaluate([{ from: consumer, step: { kind: "call", args: [sent, more] } }], "await") as number;
  };
  const sendRest = (): void => {
    if (items.length > 0) send(false);
  };
  let refused: NotTransferable | undefined;
  // What has been yielded comes before all that the generator waits for after it.
  frame.beforeAwait = () => {
    try {
      sendRest();
    } catch (error) {
      // No matter of what the generator awaits, which may stand in its `finally`.
      if (!(error instanceof NotTransferable)) throw error;
      refused = error;
    }
  };
  try {
    for (let wanted = send(true); wanted > 0; wanted = send(true)) {
      let bytes = 0;
      const until = performance.now() + BATCH_MS;
      for (let i = 0; i < wanted && bytes < BATCH_BYTES; i++) {
        const { value, done } = generator.next();
        if (refused !== undefined) throw refused;
        if (done) return value;
        items.push(value);
        bytes += roughSize(value);
        if (performance.now() >= until) break;
      }
    }
    return undefined;
  } finally {
    try {
      // The items come before the end, or the error, that followed them.
      sendRest();
    } finally {
      generator.return(undefined);
    }
  }
}
