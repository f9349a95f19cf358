import { suite } from "uvu";
import * as assert from "uvu/assert";
import { nextOf } from "../../src/transport/crew.ts";

const test = suite("whose turn it is");

/** The threads of a set, in the order in which they have their turns after thread `index`. */
function turns(threads: readonly number[], index: number): number[] {
  let ready = threads.reduce((bits, thread) => bits | (1 << thread), 0);
  const order: number[] = [];
  for (let last = index; ready !== 0; ) {
    const bit = nextOf(ready, last);
    ready &= ~bit;
    last = 31 - Math.clz32(bit);
    order.push(last);
  }
  return order;
}

test("each ready thread has its turn, from the one after the last on", () => {
  assert.equal(turns([0, 1, 2, 3], 1), [2, 3, 0, 1]);
  assert.equal(turns([0, 5, 30], 5), [30, 0, 5]);
  assert.equal(turns([30], 30), [30]);
  assert.equal(turns([0, 29], 30), [0, 29]);
});

test.run();
