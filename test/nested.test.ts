import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../mod.ts";
import { forgotten } from "./fixtures/nested_async.ts";
import { until, withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("asyncDef within asyncDef");

const logic = blockingModule<typeof import("./fixtures/nested.ts")>(
  new URL("./fixtures/nested.ts", import.meta.url),
);

/** How many threads a pool has, in whatever state. */
function threadsOf({
  idle,
  running,
  parked,
  starting,
}: Record<"idle" | "running" | "parked" | "starting", number>) {
  return idle + running + parked + starting;
}

for (const way of ["direct", "short", "viaAsync", "viaCallback"] as const) {
  test(`a pool of one thread, ten levels deep: ${way}`, async () => {
    await withPool({ max: 1 }, async ({ on, threads }) => {
      assert.is(await within(on(logic[way], 10)), 10);
      assert.is(threadsOf(threads.stats()), 1);
      assert.is(threads.stats().done, 11);
    });
  });
}

test("a task that blocking code starts runs where its parent does", async () => {
  await withPool({ max: 3 }, async ({ on, threads }) => {
    assert.is(await within(on(logic.direct, 2)), 2);
    assert.is(await within(on(logic.viaAsync, 2)), 2);
    assert.is(threads.stats().done, 6);
  });
});

test("blocking code awaits several at once, in arrays and objects", async () => {
  for (const max of [1, 2, 5]) {
    await withPool({ max }, async ({ on }) => {
      assert.equal(await within(on(logic.several)), { sums: [3, 7], fromAsync: 11 });
    });
  }
});

test("they run at the same time where there are threads", async () => {
  await withPool({ max: 4 }, async ({ on }) => {
    assert.equal(await within(on(logic.together, "here", 3)), ["here", "here", "here"]);
  });
});

for (const max of [1, 2, 3]) {
  test(`a tree of 127 tasks on ${max} threads`, async () => {
    await withPool({ max }, async ({ on, threads }) => {
      assert.is(await within(on(logic.tree, 6), 60), 127);
      assert.is(threads.stats().done, 127);
      await until(() => threadsOf(threads.stats()) <= max, "no more threads than max stay");
    });
  });
}

test("where no ancestor has the module, one thread more than max runs it, and goes", async () => {
  await withPool({ max: 1 }, async ({ on, threads }) => {
    assert.is(await within(on(logic.otherModule)), 42);
    await until(() => threadsOf(threads.stats()) === 1, "the thread has gone");
    assert.is(await within(on(logic.otherModule)), 42);
  });
});

test("and ends nobody's task when it goes", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    for (let i = 0; i < 3; i++) {
      assert.is(await within(on(logic.otherModule)), 42);
      // It has the number that the other thread has, in a crew of its own. It ends while this computes, and has sent nothing yet.
      assert.is(await within(on(logic.computes, 250)), 250);
    }
  });
});

test("50 tasks that each nest, on two threads: none starves", async () => {
  await withPool({ max: 2 }, async ({ on, threads }) => {
    const ways = [logic.direct, logic.viaAsync, logic.viaCallback];
    const tasks = Array.from({ length: 50 }, (_, i) => on(ways[i % 3] as typeof logic.direct, 1 + (i % 4)));
    assert.equal(
      await within(Promise.all(tasks), 60),
      tasks.map((_, i) => 1 + (i % 4)),
    );
    assert.is(threads.stats().queued, 0);
    await until(() => threadsOf(threads.stats()) <= 2, "no more threads than max stay");
  });
});

test("and on the default threads", async () => {
  const tasks = Array.from({ length: 30 }, (_, i) => asyncDef(logic.direct, i % 5));
  assert.equal(
    await within(Promise.all(tasks), 60),
    tasks.map((_, i) => i % 5),
  );
});

test("an error comes up through all levels, and may be caught at any", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    const error = await rejection(on(logic.fails, 5));
    assert.instance(error, RangeError);
    assert.is((error as Error).message, "at the bottom");
    assert.equal(await within(on(logic.catches, 3)), [true, "at the bottom", 2]);
  });
});

test("a task runs to its end also when the one that had it started has gone", async () => {
  for (const max of [1, 2]) {
    await withPool({ max }, async ({ on }) => {
      forgotten.length = 0;
      await within(on(logic.leavesTaskBehind));
      assert.equal(await within(Promise.all(forgotten)), [10, 11, 12]);
      assert.is(await within(on(logic.add, 1, 1)), 2);
    });
  }
});

test("asyncDef.with() in blocking code takes its options along", async () => {
  assert.is(await within(logic.strict()), 4);
});

test("a pool that drains still takes what its tasks start", async () => {
  await withPool({ max: 2 }, async ({ on, threads }) => {
    const tasks = [on(logic.direct, 3), on(logic.viaAsync, 3), on(logic.viaAsync, 3)];
    const drained = threads[Symbol.asyncDispose]();
    assert.equal(await within(Promise.all(tasks)), [3, 3, 3]);
    await within(drained);
  });
});

test.run();
