import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, ReferenceReleased } from "../mod.ts";
import * as callers from "./fixtures/functions_async.ts";
import { isWaiting } from "./fixtures/loop_side.ts";
import { until, withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("functions");

const logic = blockingModule<typeof import("./fixtures/functions.ts")>(
  new URL("./fixtures/functions.ts", import.meta.url),
);
const later = <T>(value: T): Promise<T> => new Promise((resolve) => setTimeout(() => resolve(value), 1));

// Given to blocking code

test("an async implementation, as an argument, is a plain function there", async () => {
  const result = asyncDef(logic.sendReceive, "hello", async (message) => later(message.toUpperCase()));
  assert.is(await within(result), "got back: HELLO");
  assert.is(
    await within(asyncDef(logic.sendReceive, "sync too", (message) => message)),
    "got back: sync too",
  );
});

test("so are those inside plain objects and arrays", async () => {
  const values = new Map([["a", 1]]);
  const store = {
    name: "store",
    read: async (key: string) => later(values.get(key) ?? Number.NaN),
    deep: [{ write: async (key: string, value: number) => void values.set(key, await later(value)) }],
  };
  assert.is(await within(logic.copyTo(store, "a", "b")), "store: 2");
  assert.is(values.get("b"), 2);
});

test("a function that one of them returns is called plainly too", async () => {
  const make = async (by: number) => async (value: number) => later(value * by);
  assert.is(await within(logic.callTwice(make as never)), 18);
});

test("one that async code gives to awaitlet() is called at once, and gives what its type says", async () => {
  assert.equal(await within(logic.functionFromAsync()), [1, 2, 7]);
});

test("what it throws is thrown at the call, by class", async () => {
  const error = Object.assign(new TypeError("no"), { code: 7 });
  const seen = (await within(logic.catches(async () => Promise.reject(error)))) as Record<string, unknown>;
  assert.is(seen.isTypeError, true);
  assert.instance(seen.error, TypeError);
  assert.is((seen.error as { code?: number }).code, 7);
  assert.is(await within(logic.catches(async () => {})), "nothing was thrown");
});

test("a function that goes back to its own side is itself again", async () => {
  const mine = async () => 1;
  assert.is(await within(logic.givesBack(mine)), mine);
  const there = (await within(logic.givesBack({ list: [mine, mine] }))) as { list: unknown[] };
  assert.ok(there.list.every((item) => item === mine));
  assert.equal(await within(logic.comesHome()), [true, true, true, false]);
  callers.remember(mine);
  assert.equal(await within(logic.sameEachTime(mine as never)), [true, true]);
});

// Given by blocking code

test("a callback may await, and be given functions", async () => {
  assert.equal(await within(logic.transaction(["a", "b"])), ["a 1", "b 2"]);
  assert.equal(callers.inserted, ["a 1", "b 2", "committed"]);
  assert.equal(await within(logic.callbackWithHelpers()), ["A", "B"]);
});

test("callbacks nest to any depth", async () => {
  assert.is(await within(logic.depth(1)), 1);
  assert.is(await within(logic.depth(100)), 100);
});

test("both sides call each other, 20 deep", async () => {
  const other = async (n: number, back: (n: number) => number | Promise<number>): Promise<number> =>
    n === 0 ? 0 : 1 + (await back(await later(n - 1)));
  assert.is(await within(logic.pingPong(20, other)), 20);
});

test("and a task within a task, 20 deep", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    const other = async (n: number): Promise<number> =>
      n === 0 ? 0 : 1 + (await on(logic.pingPong, n - 1, other));
    assert.is(await within(on(logic.pingPong, 20, other)), 20);
  });
});

test("several at once under Promise.all run one after the other, each to its end", async () => {
  const { results, order } = await within(logic.severalAtOnce(4));
  assert.equal(results, [0, 10, 20, 30]);
  // They have one cause: one that comes while another waits does not lie on top of it.
  assert.equal(
    order,
    [0, 1, 2, 3].flatMap((i) => [`${i} begins`, `${i} ends`]),
  );
});

test("calls nest strictly by cause: one whose cause is not the wait on top is queued", async () => {
  assert.equal(await within(logic.strictlyNested()), [
    "first begins",
    "inner's call",
    "inner's call",
    "first ends",
    "outer's call",
  ]);
});

test("a callback called after its wait is over runs at the task's next wait", async () => {
  callers.answers.length = 0;
  assert.equal(await within(logic.calledLater()), [
    "the wait is over",
    "computed",
    "called from a timer",
    "the next wait is over",
  ]);
  assert.equal(callers.answers, ["answer"]);
});

test("a callback called after the end of its task rejects", async () => {
  await withPool({ max: 1 }, async ({ on, pool }) => {
    await within(on(logic.keeps, "kept"));
    assert.equal(pool.held, { tasks: 0, references: 0, calls: 0 });
    const error = (await rejection(callers.kept.get("kept")?.("outside") as Promise<unknown>)) as Error;
    assert.instance(error, ReferenceReleased);
    assert.match(
      error.message,
      /^call the function `.*`, given at .*functions\.ts:\d+:\d+: the task that passed it has ended \(keeps\);/,
    );
    // While the thread runs another task, too.
    const other = on(logic.sendReceive, "x", async (message) => {
      const released = await rejection(callers.kept.get("kept")?.("inside") as Promise<unknown>);
      return later(message + (released instanceof ReferenceReleased));
    });
    assert.is(await within(other), "got back: xtrue");
  });
});

test("so does one that was on its way when its task ended", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    callers.answers.length = 0;
    await within(on(logic.leavesBeforeItIsCalled));
    await until(() => callers.answers.length > 0, "the call was answered");
    const [[name, error]] = callers.answers as [[string, unknown]];
    assert.is(name, "left");
    assert.instance(error, ReferenceReleased);
  });
});

test("what a callback throws keeps its class, there and back", async () => {
  callers.looked.length = 0;
  assert.equal(await within(logic.throwsInCallback("built-in")), ["SyntaxError", true, "in the callback"]);
  assert.instance(callers.looked[0], SyntaxError);
  assert.equal(await within(logic.throwsInCallback("falsy")), 0);
  assert.is(callers.looked[1], 0);
  assert.equal(await within(logic.throwsInCallback("own")), ["Refusal", false, "own"]);
  assert.instance(callers.looked[2], RangeError);
  assert.is((callers.looked[2] as Error).name, "Refusal");
  assert.is((callers.looked[2] as { code?: number }).code, 42);
  assert.equal(await within(logic.catchesFromAsyncInCallback()), [true, "from async code"]);
});

test("a callback given to an event emitter is called at each event, and is the same one to take off", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    assert.equal(await within(on(logic.listens)), [
      ["one", { a: 1 }, 0],
      ["two", { b: [2] }, 1],
    ]);
    assert.is(callers.listeners(), 0);
  });
});

test("an expression that a callback or a task returns is evaluated, and awaited", async () => {
  assert.match((await within(logic.givesExpression())) as string, /^recorded \d+$/);
  assert.match((await within(logic.returnsExpression())) as string, /^recorded \d+$/);
});

test("its thread need not wait for it, and it may be cancelled", async () => {
  await withPool({ max: 1, idleTimeout: 1 }, async ({ on, with: options, threads }) => {
    const slow = on(logic.returnsSlowExpression, 150);
    await until(() => threads.stats().starting === 0, "the task has begun");
    await until(() => threads.stats().idle + threads.stats().running === 0, "the thread has gone");
    assert.is(await within(slow), undefined);

    const controller = new AbortController();
    const task = options({ signal: controller.signal, grace: 20 })(logic.returnsGate, "returned");
    await until(() => isWaiting("returned"), "it is awaited");
    controller.abort(new Error("no longer wanted"));
    assert.is(await rejection(task), controller.signal.reason);
  });
});

test("a callback in it cannot be called any more where its task has returned, but where a callback has", async () => {
  assert.instance(
    await rejection(logic.returnsExpressionOfCallback() as Promise<unknown>),
    ReferenceReleased,
  );
  assert.is(await within(logic.givesExpressionOfCallback()), "innermost");
});

test("a function that a task returns is of no use after its end, and says so", async () => {
  const fn = await within(logic.givesFunction());
  assert.type(fn, "function");
  assert.instance(await rejection(Promise.resolve(fn(1))), ReferenceReleased);
});

test.run();
