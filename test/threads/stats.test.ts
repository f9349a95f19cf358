import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule, QueueFull, ThreadDied } from "../../mod.ts";
import { isWaiting, open } from "../fixtures/loop_side.ts";
import { until, withPool } from "../support/pool.ts";
import { name as runtime } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const test = suite("BlockingThreads");

const busy = blockingModule<typeof import("../fixtures/busy.ts")>(
  new URL("../fixtures/busy.ts", import.meta.url),
);
const parked = (gate: string) => until(() => isWaiting(gate), `a task waits at ${gate}`);
const NOTHING = { idle: 0, running: 0, parked: 0, starting: 0, queued: 0, done: 0, parkedTime: 0 };

test("no thread is started before it is needed", () => {
  const threads = new BlockingThreads({ min: 2 });
  assert.equal(threads.stats(), NOTHING);
});

test("stats() counts the threads in each state, the queue and what is done", async () => {
  await withPool({ max: 2 }, async ({ on, threads }) => {
    const counts = () => {
      const { parkedTime: _, ...rest } = threads.stats();
      return rest;
    };
    const none = { idle: 0, running: 0, parked: 0, starting: 0, queued: 0, done: 0 };
    const tasks = [on(busy.parks, "first"), on(busy.computes, 1000), on(busy.thread)];
    // Threads start one at a time.
    assert.equal(counts(), { ...none, starting: 1, queued: 2 });
    for (const task of tasks) task.catch(() => {});
    await until(() => counts().parked === 1 && counts().running === 1, "one is parked, one computes");
    assert.equal(counts(), { ...none, parked: 1, running: 1, queued: 1 });
    await within(Promise.all(tasks.slice(1)));
    assert.equal(counts(), { ...none, parked: 1, idle: 1, done: 2 });
    open("first");
    await within(Promise.all(tasks));
    assert.equal(counts(), { ...none, idle: 2, done: 3 });
  });
});

test("tasks count as done however they end", async () => {
  await withPool({ max: 1, maxQueue: 0 }, async ({ on, with: options, threads }) => {
    const first = on(busy.parks, "done");
    await parked("done");
    await rejection(on(busy.thread));
    open("done");
    await within(first);
    await rejection(on(busy.thread as never, () => {}, Symbol() as never));
    await rejection(options({ signal: AbortSignal.abort() })(busy.thread));
    assert.is(threads.stats().done, 4);
  });
});

test("parkedTime adds up what threads have waited, also those that have ended", async () => {
  await withPool({ max: 1, idleTimeout: 20 }, async ({ on, threads }) => {
    await within(on(busy.sleeps, 120));
    const { parkedTime } = threads.stats();
    assert.ok(parkedTime >= 100 && parkedTime < 15_000, `${parkedTime} ms`);
    await until(() => threads.stats().idle === 0, "the thread has ended");
    assert.ok(threads.stats().parkedTime >= parkedTime);
  });
});

test("max bounds the threads, the queue is served in order", async () => {
  await withPool({ max: 2 }, async ({ on, threads }) => {
    const order: number[] = [];
    const tasks = Array.from({ length: 8 }, (_, i) =>
      on(busy.parks, `in order ${i}`).then(() => order.push(i)),
    );
    for (let i = 0; i < 8; i++) {
      await parked(`in order ${i}`);
      if (i < 6) assert.not(isWaiting(`in order ${i + 2}`));
      const { starting, running, parked: waiting, idle } = threads.stats();
      assert.ok(starting + running + waiting + idle <= 2);
      open(`in order ${i}`);
    }
    await within(Promise.all(tasks));
  });
});

test("idleTimeout ends idle threads, down to min", async () => {
  await withPool({ max: 3, min: 1, idleTimeout: 40 }, async ({ on, threads }) => {
    const tasks = ["a", "b", "c"].map((gate) => on(busy.parks, gate));
    for (const gate of ["a", "b", "c"]) await parked(gate);
    for (const gate of ["a", "b", "c"]) open(gate);
    await within(Promise.all(tasks));
    await until(() => threads.stats().idle === 1, "one thread is left");
    const left = await within(on(busy.thread));
    await new Promise((resolve) => setTimeout(resolve, 120));
    assert.is(threads.stats().idle, 1);
    assert.is(await within(on(busy.thread)), left, "it is still there");
  });
});

test("a thread that is used again and again is not ended", async () => {
  await withPool({ max: 1, idleTimeout: 1000 }, async ({ on }) => {
    const first = await within(on(busy.thread));
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.is(await within(on(busy.thread)), first);
    }
  });
});

test("the idle thread used last, and that has the module, is used again first", async () => {
  await withPool({ max: 3 }, async ({ on, threads }) => {
    const tasks = ["x", "y", "z"].map((gate) => on(busy.parks, gate));
    for (const gate of ["x", "y", "z"]) await parked(gate);
    for (const gate of ["x", "y", "z"]) open(gate);
    await within(Promise.all(tasks));
    assert.is(threads.stats().idle, 3);
    // Until all of them sleep.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const ids = new Set<number>();
    for (let i = 0; i < 6; i++) ids.add(await within(on(busy.thread)));
    assert.is(ids.size, 1);
  });
});

test("maxQueue refuses with QueueFull, and takes more when there is room again", async () => {
  await withPool({ max: 1, maxQueue: 2 }, async ({ on, threads }) => {
    const first = on(busy.parks, "full");
    const queued = [on(busy.thread), on(busy.thread)];
    const refused = (await rejection(on(busy.thread))) as QueueFull;
    assert.instance(refused, QueueFull);
    assert.is(refused.name, "QueueFull");
    assert.match(refused.message, /run thread: 2 tasks wait for a thread already/);
    assert.is(threads.stats().queued, 2);
    await parked("full");
    open("full");
    await within(Promise.all([first, ...queued]));
    assert.type(await within(on(busy.thread)), "number");
  });
});

test("warmUp() starts threads ahead of the first tasks", async () => {
  await withPool({ max: 3 }, async ({ on, threads }) => {
    await within(threads.warmUp(2));
    assert.is(threads.stats().idle, 2);
    await within(threads.warmUp());
    assert.type(await within(on(busy.thread)), "number");
    await within(threads.warmUp(9));
    assert.is(threads.stats().idle, 3, "no more than max");
  });
});

test("the default threads are configured before their first task, and not after", async () => {
  assert.throws(() => BlockingThreads.configureDefault({ max: 0 }), /max is 0/);
  assert.throws(() => BlockingThreads.configureDefault({ maximum: 1 } as never), /maximum/);
  BlockingThreads.configureDefault({ max: 1 });
  const [a, b] = await within(Promise.all([asyncDef(busy.thread), asyncDef(busy.thread)]));
  assert.is(a, b, "there is one thread");
  assert.throws(() => BlockingThreads.configureDefault({ max: 2 }), /in use already/);
  assert.is(BlockingThreads.default.stats().done, 2);
});

test("bounds that contradict each other are refused", () => {
  for (const options of [{ max: 0 }, { max: -1 }, { max: Number.NaN }, { min: 3, max: 2 }]) {
    assert.throws(
      () => new BlockingThreads(options),
      (error: unknown) =>
        error instanceof RangeError && /create blocking threads: max is/.test(error.message),
    );
  }
});

test("await using drains: it waits for all tasks, also the queued, and takes no more", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  const tasks = [on(busy.sleeps, 60), on(busy.computes, 30), on(busy.thread)];
  const drained = threads[Symbol.asyncDispose]();
  const refused = (await rejection(on(busy.thread))) as Error;
  assert.match(refused.message, /run thread: its pool of blocking threads takes no more tasks/);
  await within(drained);
  const { parkedTime, done, ...rest } = threads.stats();
  assert.equal(rest, { idle: 0, running: 0, parked: 0, starting: 0, queued: 0 });
  assert.is(done, 4);
  assert.ok(parkedTime > 0);
  assert.is((await within(Promise.all(tasks))).length, 3);
  await within(threads[Symbol.asyncDispose]());
});

test("a pool that has never run anything drains at once", async () => {
  await within(new BlockingThreads()[Symbol.asyncDispose]());
});

test("terminate() cuts off: all tasks reject, also the queued", async () => {
  await withPool({ max: 3 }, async ({ on, threads }) => {
    const tasks = [on(busy.parks, "cut off"), on(busy.computes, 60_000)];
    await until(
      () => threads.stats().parked === 1 && threads.stats().running === 1,
      "one parks, one computes",
    );
    tasks.push(on(busy.parks, "starting"), on(busy.parks, "queued"));
    // A thread may have been started for one of them already.
    assert.is(threads.stats().starting + threads.stats().queued, 2);
    threads.terminate();
    for (const died of await Promise.all(tasks.map((task) => rejection(task)))) {
      assert.instance(died, ThreadDied);
      assert.match((died as Error).message, /pool of threads was terminated/);
    }
    const { idle, running, parked: waiting, starting, queued } = threads.stats();
    assert.equal([idle, running, waiting, starting, queued], [0, 0, 0, 0, 0]);
    assert.match(((await rejection(on(busy.thread))) as Error).message, /takes no more tasks/);
  });
});

// Bun bounds the memory of the whole process only.
if (runtime !== "bun") {
  test("memoryLimit ends a thread that takes more, and the next task works", async () => {
    await withPool({ max: 1, memoryLimit: 48 }, async ({ on }) => {
      await within(on(busy.thread));
      const died = (await rejection(on(busy.fills), 60)) as ThreadDied;
      assert.instance(died, ThreadDied);
      assert.type(await within(on(busy.thread)), "number");
    });
  });
}

test.run();
