import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule, ThreadDied } from "../../mod.ts";
import { backendsOf, untilBackends, untilNone, untilRunning } from "../support/activity.ts";
import { ask, isServerThere, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const ending = blockingModule<typeof import("./faults/ending.ts")>(
  new URL("./faults/ending.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: tasks that end before their queries");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const application = `awaitlet_ending_${process.pid}_${name}`;
const options = { poolSize: 1, poolTimeout: 30_000, applicationName: application };
const place = { url, table: application, options };
/** What has been committed, in order. */
const committed: string[] = [];

test("set up", async () => {
  await within(ending.setUp(place));
});

/** The server has nothing of the task any more, the pool has its connection again, nothing was committed. */
async function isOver(): Promise<void> {
  const areIdle = (backends: { state: string }[]) => backends.every(({ state }) => state === "idle");
  await untilBackends(application, areIdle, "all connections are idle");
  assert.equal(await within(ending.words(place)), committed);
  assert.ok((await backendsOf(application)).length <= 1);
}

const sleepers = [
  ["in a transaction", ending.sleepInTransaction],
  ["in a savepoint", ending.sleepInSavepoint],
  ["on a connection without a transaction", ending.sleepConnected],
  ["in a stream", ending.sleepInStream],
  ["in a COPY", ending.sleepInCopy],
  ["in many at once", ending.sleepInMany],
] as const;

for (const [what, task] of sleepers) {
  test(`aborted in a query, ${what}: the query is cancelled`, async () => {
    const controller = new AbortController();
    const failing = rejection(asyncDef.with({ signal: controller.signal })(task, place));
    await untilRunning(application, "pg_sleep");
    const reason = new Error("enough");
    controller.abort(reason);
    assert.is(await failing, reason);
    await isOver();
  });
}

test("aborted while it waits for a lock to read a statement under", async () => {
  const controller = new AbortController();
  const holder = { ...place, options: { ...options, applicationName: `${application}_holder` } };
  const locking = ending.lockWhile(holder, async () => {
    const failing = rejection(asyncDef.with({ signal: controller.signal })(ending.waitForLock, place));
    await untilRunning(application, "not pg_sleep");
    controller.abort(new Error("enough"));
    assert.is(((await failing) as Error).message, "enough");
  });
  await within(locking);
  await within(ending.dispose(holder));
  await isOver();
});

test("aborted, it tidies up on the same connection", async () => {
  const controller = new AbortController();
  const failing = rejection(asyncDef.with({ signal: controller.signal })(ending.tidyUp, place));
  await untilRunning(application, "pg_sleep");
  controller.abort(new Error("enough"));
  assert.is(((await failing) as Error).message, "enough");
  committed.push("tidied up");
  await isOver();
});

test("aborted while it waits for a connection: it leaves the queue", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let hold = () => {};
  const held = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const holding = ending.holdConnection(place, () => {
    hold();
    return released;
  });
  await within(held);
  const controllers = Array.from({ length: 5 }, () => new AbortController());
  const waiting = controllers.map(({ signal }) => rejection(asyncDef.with({ signal })(ending.words, place)));
  const last = ending.words(place);
  await sleep(100);
  for (const controller of controllers) controller.abort(new Error("enough"));
  for (const error of await Promise.all(waiting)) assert.is((error as Error).message, "enough");
  release();
  await within(holding);
  assert.equal(await within(last), committed);
  await isOver();
});

test("aborted at any moment: no connection is lost, nothing is done by halves", async () => {
  const three = { ...place, options: { ...options, poolSize: 3 } };
  const completed: string[] = [];
  const run = async (word: string, patience: number) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error("enough")), patience);
    try {
      await asyncDef.with({ signal: controller.signal })(ending.errand, three, word);
      completed.push(word);
    } catch (error) {
      assert.is((error as Error).message, "enough");
    } finally {
      clearTimeout(timer);
    }
  };
  // Some patiences are too short, others long enough: up to 5 times what one takes here, and more when it waits for a connection.
  const from = performance.now();
  await run("errand first", 60_000);
  await run("errand second", 60_000);
  const unit = Math.max(10, performance.now() - from) / 20;
  const runner = async (first: number) => {
    for (let i = first; i < 100; i += 5) await run(`errand ${String(i).padStart(2, "0")}`, (i / 2) * unit);
  };
  await within(Promise.all([0, 1, 2, 3, 4].map(runner)), 60);
  assert.ok(completed.length > 2 && completed.length < 102, `${completed.length} of 102 were in time`);
  // All three are to be had at once.
  await within(Promise.all([1, 2, 3].map(() => ending.holdConnection(three, () => sleep(300)))));
  const areIdle = (backends: { state: string }[]) =>
    backends.length <= 4 && backends.every(({ state }) => state === "idle");
  await untilBackends(application, areIdle, "all connections are idle");
  // One that is aborted while it commits may have been committed: wholly then.
  const found = (await within(ending.words(three))) as string[];
  const done = found.filter((word) => word.endsWith(" a")).map((word) => word.slice(0, -2));
  assert.equal(found, [...done.flatMap((word) => [`${word} a`, `${word} b`]), ...committed]);
  assert.equal(
    completed.filter((word) => !done.includes(word)),
    [],
  );
  committed.splice(0, Number.POSITIVE_INFINITY, ...found);
  await within(ending.dispose(three));
});

test("its thread exits in a transaction", async () => {
  for (const task of [ending.exitInTransaction, ending.exitConnected]) {
    assert.instance(await rejection(task(place)), ThreadDied);
    await isOver();
  }
});

test("its thread is terminated while a query runs", async () => {
  for (const [, task] of sleepers) {
    const threads = new BlockingThreads({ max: 1 });
    const failing = rejection(asyncDef.with({ threads })(task, place));
    await untilRunning(application, "pg_sleep");
    threads.terminate();
    assert.instance(await failing, ThreadDied);
    await isOver();
  }
});

test("it ignores its signal, and its thread is ended", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const failing = rejection(asyncDef.with({ signal, grace: 200 })(ending.ignore, place));
  await untilRunning(application, "pg_sleep");
  controller.abort(new Error("enough"));
  assert.instance(await failing, ThreadDied);
  await isOver();
});

test("it is aborted, waits for the server once more, and its thread is ended", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const failing = rejection(asyncDef.with({ signal, grace: 500 })(ending.sleepAgain, place));
  await untilRunning(application, "pg_sleep(600)");
  controller.abort(new Error("enough"));
  await untilRunning(application, "pg_sleep(601)");
  assert.instance(await failing, ThreadDied);
  await isOver();
});

test("it forgets its connection", async () => {
  await within(ending.forget(place));
  await isOver();
});

test("the engine is disposed while others use it: what they do is completed, and then nothing is left", async () => {
  const two = { ...place, options: { ...options, poolSize: 2 } };
  const dispose = () => within(ending.dispose(two));
  await within(
    Promise.all([
      ending.workWhile(two, "one", dispose),
      ending.workWhile(two, "two", dispose),
      ending.workWhile(two, "waited", dispose),
    ]),
  );
  committed.push("one", "one and later", "two", "two and later", "waited", "waited and later");
  committed.sort();
  await dispose();
  await within(ending.dispose(place));
  await untilNone(application);
  await isOver();
});

test("clear up", async () => {
  await within(ending.dispose(place));
  await untilNone(application);
  await ask(`drop table "${application}"`);
});

suiteOfAll.run();
