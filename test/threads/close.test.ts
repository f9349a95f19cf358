// close() of a pool: it drains, or with force ends the threads at once, and nobody waits for himself.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule, ThreadDied } from "../../mod.ts";
import { isWaiting, open } from "../fixtures/loop_side.ts";
import { until } from "../support/pool.ts";
import { rejection, within } from "../support/within.ts";

const test = suite("BlockingThreads.close()");

const busy = blockingModule<typeof import("../fixtures/busy.ts")>(
  new URL("../fixtures/busy.ts", import.meta.url),
);
const nested = blockingModule<typeof import("../fixtures/nested.ts")>(
  new URL("../fixtures/nested.ts", import.meta.url),
);
const parked = (gate: string) => until(() => isWaiting(gate), `a task waits at ${gate}`);

/** The threads that are there. */
function threadsOf(threads: BlockingThreads): number {
  const { idle, running, parked, starting } = threads.stats();
  return idle + running + parked + starting;
}

/** Whether a promise has settled by now. */
function settles(promise: Promise<unknown>): { readonly yet: boolean } {
  const state = { yet: false };
  const settled = () => {
    state.yet = true;
  };
  promise.then(settled, settled);
  return state;
}

test("it waits for the tasks that run and those in the queue, takes no more, and ends the threads", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  const tasks = [on(busy.parks, "runs at close"), on(busy.parks, "queued at close")];
  await parked("runs at close");
  const closing = threads.close();
  const closed = settles(closing);
  const refused = (await rejection(on(busy.thread))) as Error;
  assert.match(
    refused.message,
    /^run thread: its pool of blocking threads takes no more tasks, it was closed or terminated; use another/,
  );
  open("runs at close");
  await parked("queued at close");
  assert.not(closed.yet);
  open("queued at close");
  await within(closing);
  assert.equal(await within(Promise.all(tasks)), ["runs at close", "queued at close"]);
  assert.is(threadsOf(threads), 0);
  await within(threads.close());
});

test("what a task starts in its turn is run as well", async () => {
  const threads = new BlockingThreads({ max: 2 });
  const task = asyncDef.with({ threads })(nested.startsLater, "starts later");
  await parked("starts later");
  const closing = threads.close();
  open("starts later");
  assert.is(await within(task), 3);
  await within(closing);
});

test("with force it ends the threads at once, and tasks reject", async () => {
  const threads = new BlockingThreads({ max: 2 });
  const on = asyncDef.with({ threads });
  const tasks = [on(busy.parks, "forced"), on(busy.computes, 60_000), on(busy.thread)];
  const failures = Promise.all(tasks.map((task) => rejection(task)));
  await until(() => threads.stats().parked === 1 && threads.stats().running === 1, "one parks, one computes");
  await within(threads.close({ force: true }));
  assert.is(threadsOf(threads), 0);
  for (const died of await within(failures)) assert.instance(died, ThreadDied);
});

test("force cuts short a close() that waits", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const failing = rejection(asyncDef.with({ threads })(busy.parks, "cut short"));
  await parked("cut short");
  const closing = threads.close();
  await within(threads.close({ force: true }));
  await within(closing);
  assert.instance(await failing, ThreadDied);
});

test("a task that waits for its own threads to be closed is told, and they go on", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  const close = () => threads.close();
  const refused = (await rejection(on(nested.calls, close))) as Error;
  assert.match(
    refused.message,
    /^close blocking threads: calls runs on them and waits for this.*\{ force: true \}$/s,
  );
  const dispose = () => threads[Symbol.asyncDispose]();
  assert.match(((await rejection(on(nested.calls, dispose))) as Error).message, /^close blocking threads/);
  assert.type(await within(on(busy.thread)), "number");
  await within(threads.close());
});

test("a task may close other threads", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  const others = new BlockingThreads({ max: 1 });
  await within(asyncDef.with({ threads: others })(busy.thread));
  await within(asyncDef.with({ threads })(nested.calls, () => others.close()));
  assert.is(threadsOf(others), 0);
});

test("a pool that has never run anything is closed at once, and an option that there is not is refused", async () => {
  const threads = new BlockingThreads();
  assert.instance(await rejection(threads.close({ forced: true } as never)), TypeError);
  await within(threads.close());
  assert.match(
    ((await rejection(asyncDef.with({ threads })(busy.thread))) as Error).message,
    /it was closed/,
  );
});

test.run();
