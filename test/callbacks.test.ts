import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, ReferenceReleased, syncDef } from "../mod.ts";
import * as plain from "./fixtures/callbacks.ts";
import * as back from "./fixtures/callbacks_async.ts";
import { until, withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("callbacks");

const logic = blockingModule<typeof import("./fixtures/callbacks.ts")>(
  new URL("./fixtures/callbacks.ts", import.meta.url),
);

const warnings: string[] = [];
process.on("warning", ({ name, message }) => {
  if (name === "AwaitletWarning") warnings.push(message);
});
const told = (word: RegExp): string[] => warnings.filter((message) => word.test(message));

// What a callback is caused by

test("a worker that an outer wait has started calls a callback that an inner one has given", async () => {
  assert.is(await within(asyncDef(logic.byOuterWorker)), "called");
});

test("a connection that the program itself has opened calls callbacks at any depth", async () => {
  back.open();
  try {
    assert.equal(await within(asyncDef(logic.byConnection)), ["outside", "within", "deeper"]);
    assert.is(await within(asyncDef(logic.bySameFunction)), 3);
  } finally {
    back.close();
  }
});

test("so does one that an earlier task has opened", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    await within(on(logic.opens));
    try {
      assert.equal(await within(on(logic.byConnection)), ["outside", "within", "deeper"]);
    } finally {
      back.close();
    }
  });
});

test("and a task, on another thread or nested on this one", async () => {
  for (const max of [1, 2]) {
    await withPool({ max }, async ({ on }) => {
      assert.is(await within(on(logic.byTaskElsewhere)), "by a task");
    });
  }
});

test("a listener whose wait is over runs within another callback that waits for its answer", async () => {
  back.open();
  try {
    const [heard, answers] = (await within(asyncDef(logic.byEventWithin))) as unknown[];
    assert.equal(heard, [1, 2, 3]);
    assert.equal(answers, [[1], [2], [3]]);
  } finally {
    back.close();
  }
});

test("two callbacks of one wait may wait for each other", async () => {
  assert.equal(await within(asyncDef(logic.barrier)), ["first after second", "second"]);
});

test("what waits for code below it is told, with both places", async () => {
  const task = asyncDef(logic.waitsForLater);
  await until(() => told(/has its answer/).length > 0, "it is told");
  await back.openGate("later", "from the loop");
  assert.is(await within(task), "from the loop");
  const [message = ""] = told(/has its answer/);
  assert.is(message.match(/fixtures\/callbacks\.ts:\d+:\d+/g)?.length, 2, message);
  const [outer, inner] = [...message.matchAll(/callbacks\.ts:(\d+)/g)].map(([, line]) => Number(line));
  assert.is(Number(inner) - Number(outer), 2, message);
  assert.is(told(/has its answer/).length, 1);
});

// What a callback gives

test("a callback may give a list of expressions: they run, and it is the list of their values", async () => {
  const ran = ["insert", "select", "commit"];
  assert.equal(await within(asyncDef(logic.givesList)), [["did insert", "did select", 3], ran]);
  const failed = ["RangeError", "no such table", ["insert", "fails"]];
  assert.equal(await within(asyncDef(logic.givesListThatFails)), failed);
});

// What nobody looks at

const FAILURE = "NoSuchColumn: no such column, itself";

test("what a callback throws, and its caller ignores, is thrown where the task waits for the caller", async () => {
  assert.is(await within(asyncDef(logic.failsWhere)), FAILURE);
  assert.is(await within(asyncDef(logic.failsWhenCalledBack)), FAILURE);
  assert.is(await within(asyncDef(logic.failsThen)), FAILURE);
  assert.equal(await within(asyncDef(logic.failsFalsy)), [
    ["thrown", undefined],
    ["thrown", 0],
  ]);
  assert.instance(await rejection(asyncDef(logic.failsUncaught) as Promise<unknown>), RangeError);
});

test("or at its next wait, or by its end, where that one is over", async () => {
  assert.equal(await within(asyncDef(logic.failsLater)), [FAILURE, "gave then"]);
  const error = await rejection(asyncDef(logic.failsAtLast) as Promise<unknown>);
  assert.is((error as Error).name, "NoSuchColumn");
});

test("a second failure of a callback, and one of a task that fails by itself, is a warning", async () => {
  const often = (await within(asyncDef(logic.failsOften))) as string[];
  assert.equal(often, [FAILURE, "gave undefined", "gave undefined"]);
  await until(() => told(/failsEachTime/).length > 0, "it is told");
  assert.match(
    String(told(/failsEachTime/)),
    /^call failsEachTime, given at .*callbacks\.ts:\d+:\d+: it threw NoSuchColumn: no such column;/,
  );
  assert.is(told(/failsEachTime/).length, 1);
  assert.instance(await rejection(asyncDef(logic.failsAtLastToo) as Promise<unknown>), SyntaxError);
  await until(() => told(/^call fails, given at/).length > 0, "it is told");
});

test("a caller that looks has it to itself", async () => {
  const caught = "gave caught NoSuchColumn: no such column";
  assert.is(await within(asyncDef(logic.failsCaught)), caught);
});

test("what nobody wants of a callback need not cross", async () => {
  assert.match(
    (await within(asyncDef(logic.givesWhatCannotCross))) as string,
    /^gave caught NotTransferable/,
  );
});

test("a method and a setter of a blocking object, called by async code that does not look", async () => {
  assert.is(await within(asyncDef(logic.methodFails)), FAILURE);
  assert.is(await within(asyncDef(logic.setterFails)), FAILURE);
});

test("a listener that outlives its task is a warning, once, by its name and place; a call of it that is awaited rejects", async () => {
  await within(asyncDef(logic.leavesListener, "left"));
  for (let i = 0; i < 3; i++) back.emitFromHere("left");
  await until(() => told(/onReconnecting/).length > 0, "it is told");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(told(/onReconnecting/).length, 1);
  assert.match(
    String(told(/onReconnecting/)),
    /^call onReconnecting, given at .*fixtures\/callbacks\.ts:\d+:\d+: the task that passed it has ended \(leavesListener\);/,
  );
  const [listener] = back.listenersOf("left");
  const error = (await rejection(listener?.() as Promise<unknown>)) as Error;
  assert.instance(error, ReferenceReleased);
  assert.match(error.message, /^call onReconnecting, given at/);
  await back.off("left");
});

test("one without a name is named by its source", async () => {
  await within(asyncDef(logic.leavesNameless, "nameless"));
  back.emitFromHere("nameless");
  await until(() => told(/call the function `\(\) ?=> ?Date\.now\(\)`, given at/).length > 0, "it is told");
  await back.off("nameless");
});

test("so is the listener of a task whose thread has gone, and a method of an object of it", async () => {
  await withPool({ max: 1, idleTimeout: 1 }, async ({ on, threads }) => {
    await within(on(logic.leavesListener, "gone"));
    await rejection(on(logic.leavesAccount) as Promise<unknown>);
    await until(() => threads.stats().idle + threads.stats().running === 0, "the thread has gone");
  });
  warnings.length = 0;
  back.kept().deposit(1);
  back.kept().owner = "eve";
  await until(
    () => told(/call Account\.deposit: the task that passed it has ended/).length > 0,
    "it is told",
  );
  await until(() => told(/call Account\.owner: the task/).length > 0, "it is told");
  await back.off("gone");
});

test("generators as callbacks: they may await, fail, be left, and outlive their task", async () => {
  const failed = ["one", "NoSuchColumn: no such column"];
  assert.equal(await within(asyncDef(logic.givesGenerators)), [["A", "B"], failed, "first", true, "first"]);
  assert.instance(await rejection(back.nextOfKept()), ReferenceReleased);
});

test("all of it in a plain program", () => {
  assert.is(syncDef(plain.byOuterWorker), "called");
  assert.equal(syncDef(plain.givesList), [
    ["did insert", "did select", 3],
    ["insert", "select", "commit"],
  ]);
  assert.equal(syncDef(plain.barrier), ["first after second", "second"]);
  assert.is(syncDef(plain.failsWhere), FAILURE);
  assert.equal(syncDef(plain.failsLater), [FAILURE, "gave then"]);
  assert.throws(() => syncDef(plain.failsAtLast), /no such column/);
  assert.is(syncDef(plain.methodFails), FAILURE);
  assert.is(
    syncDef(() => plain.leavesListener("plain")),
    "listening",
  );
  // Its task is over, and the companion lives.
  assert.is(
    syncDef(() => plain.emits("plain")),
    true,
  );
  assert.equal(syncDef(plain.failsFalsy), [
    ["thrown", undefined],
    ["thrown", 0],
  ]);
});

test("a promise that is made beside one that cannot be ends no process", async () => {
  assert.is(await within(asyncDef(logic.partOfListFails)), "SyntaxError: thrown at once");
  assert.is(await within(asyncDef(logic.argumentsFail)), "SyntaxError: thrown at once");
});

test("a live object's method that fails, and is not awaited by the end of the task, is a warning", async () => {
  assert.is(await within(asyncDef(logic.releasesUnseen)), "client");
  await until(() => told(/Client\.release\(\)/).length > 0, "it is told");
  assert.match(
    String(told(/Client\.release\(\)/)),
    /^call Client\.release\(\): it failed with RangeError: not released, and the task/,
  );
  assert.is(await within(asyncDef(logic.leavesQuery)), "client");
  await until(() => told(/Client\.end\(\): it failed with RangeError: not ended/).length > 0, "it is told");
  assert.equal(await within(asyncDef(logic.awaitsQuery)), ["asked for", "RangeError: query failed"]);
  await new Promise((resolve) => setTimeout(resolve, 30));
  assert.is(told(/query/).length, 0);
});

test.run();
