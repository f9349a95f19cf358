/** Each test of Python awaitlet's own suite, under its name there. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  asyncDef,
  asyncModule,
  awaitlet,
  blockingModule,
  ContextVar,
  NoAwaitletContext,
  NoAwaitOccurred,
} from "../mod.ts";
import * as async from "./fixtures/python_suite_async.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("Python's own suite");

const logic = blockingModule<typeof import("./fixtures/python_suite.ts")>(
  new URL("./fixtures/python_suite.ts", import.meta.url),
);
const recorded = asyncModule<typeof import("./fixtures/python_suite_async.ts")>(
  new URL("./fixtures/python_suite_async.ts", import.meta.url),
);

test("test_ok: no error", async () => {
  assert.is(await within(asyncDef(logic.go, async.run1, async.run2)), 3);
});

test("test_async_error", async () => {
  const error = await rejection(asyncDef(logic.go, async.run1, async.err));
  assert.instance(error, RangeError);
  assert.is((error as Error).message, "an error");
});

test("test_propagate_cancelled: a cancelled error is propagated, and cleaned up after", async () => {
  await within(logic.cleanedUp());
  const raised = (await rejection(asyncDef(logic.cleansUp, "raise"))) as DOMException;
  assert.instance(raised, DOMException);
  assert.is(raised.name, "AbortError");
  assert.is(await within(logic.cleanedUp()), 1);

  const controller = new AbortController();
  const task = asyncDef.with({ signal: controller.signal })(logic.cleansUp, "forever");
  setTimeout(() => controller.abort(), 30);
  assert.is(await rejection(task), controller.signal.reason);
  assert.is(await within(logic.cleanedUp()), 1);
});

test("test_sync_error", async () => {
  const error = await rejection(asyncDef(logic.failsItself));
  assert.instance(error, RangeError);
  assert.is((error as Error).message, "sync error");
});

// A coroutine is spent by the first attempt; a recorded expression was never begun, and can be awaited later.
test("test_awaitletonly_no_greenlet: no context", async () => {
  const { started } = async;
  const toAwait = recorded.run1();
  assert.throws(
    () => awaitlet(toAwait),
    (error: unknown) => error instanceof NoAwaitletContext,
  );
  assert.is(async.started, started, "nothing was started");
  assert.is(await toAwait, 1);
  assert.is(await within(asyncDef(logic.awaits)), 1);
});

test("test_awaitletonly_error: no context inside a coroutine called from awaitlet", async () => {
  const { started } = async;
  assert.instance(await rejection(asyncDef(logic.awaitsWhatAwaits)), NoAwaitletContext);
  assert.is(async.started, started, "nothing was started");
});

test("test_contextvars: 500 tasks at once, each sets it in sync code and in async code", async () => {
  const variable = new ContextVar<number>("var");
  const concurrency = 500;
  const io = () => new Promise((resolve) => setTimeout(resolve, 5 + Math.random() * 10));
  const task = async (value: number) => {
    await io();
    return variable.run(value, async () => {
      await io();
      const result = await asyncDef(logic.inner, value, concurrency);
      assert.is(variable.get(), value, "a task's changes stay its own");
      return result;
    });
  };
  const values = await within(Promise.all(Array.from({ length: concurrency }, (_, i) => task(i))), 60);
  assert.equal(
    values,
    Array.from({ length: concurrency }, (_, i) => i + 2 * concurrency),
  );
  assert.is(variable.get(), undefined);
});

test("test_require_await", async () => {
  assert.is(await within(asyncDef(logic.run)), 2);
  const strict = asyncDef.with({ assertAwaitOccurs: true });
  assert.instance(await rejection(strict(logic.run)), NoAwaitOccurred);
  assert.is(await within(strict(logic.awaits)), 1);
});

test.run();
