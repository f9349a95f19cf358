import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Growth } from "../../src/threads/growth.ts";

const test = suite("growth of a pool");

/** How many threads there are after `looks` looks at a queue that moves by `moved` tasks a look. */
function threadsAfter(looks: number, moved: number, isRightFree: (look: number, threads: number) => boolean) {
  let threads = 1;
  let growth = new Growth();
  for (let look = 0; look < looks; look++) {
    const head = look * moved;
    if (!growth.look(threads, { head }, isRightFree(look, threads))) continue;
    threads++;
    growth = new Growth();
  }
  return threads;
}

test("threads that are parked all the time, and a queue that stands still: a thread more every few looks", () => {
  assert.ok(threadsAfter(40, 0, () => true) >= 8);
});

test("tasks that wait for several looks while threads are parked: a thread more every few looks", () => {
  assert.ok(threadsAfter(40, 1, () => true) >= 8);
});

test("threads that compute all the time, and a queue that moves: no thread more", () => {
  assert.is(
    threadsAfter(1000, 1, () => false),
    1,
  );
});

test("a task that computes for long holds up the queue: others get a thread", () => {
  assert.ok(threadsAfter(10, 0, () => false) >= 2);
});

test("short waits: some threads more, until the loop thread has no time left", () => {
  // At three looks of four, as measured with two threads for queries that take less than a millisecond; fewer with more threads.
  const parts: Record<number, number> = { 1: 1, 2: 0.75, 3: 0.78, 4: 0.66, 5: 0.66, 6: 0.54 };
  const isRightFree = (look: number, threads: number) => ((look * 37) % 100) / 100 < (parts[threads] ?? 0.5);
  const threads = threadsAfter(2000, 100, isRightFree);
  assert.ok(threads >= 3 && threads <= 5, `${threads} threads`);
});

test("tasks that are taken all the time: with more threads it takes longer until there is one more", () => {
  const threads = [2, 10, 28, 60].map((looks) => threadsAfter(looks, 10, () => true));
  assert.equal(threads, [2, 3, 4, 5]);
});

test("positions that wrap", () => {
  const growth = new Growth();
  const top = 2 ** 31 - 1;
  const heads = [top - 1, top, top + 5, top + 6, top + 6];
  assert.equal(
    heads.map((head) => growth.look(4, { head: head | 0 }, true)),
    [false, false, false, false, true],
    "one task is taken in the last two looks",
  );
});

test.run();
