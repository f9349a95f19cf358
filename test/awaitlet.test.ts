import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  asyncDef,
  asyncModule,
  awaitlet,
  BlockingThreads,
  blockingModule,
  isBlockingThread,
  NoAwaitletContext,
  NoAwaitOccurred,
} from "../mod.ts";
import * as service from "./fixtures/service.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("awaitlet");

const blocking = blockingModule<typeof import("./fixtures/awaiting.ts")>(
  new URL("./fixtures/awaiting.ts", import.meta.url),
);
const recorded = asyncModule<typeof import("./fixtures/service.ts")>(
  new URL("./fixtures/service.ts", import.meta.url),
);

test("on the loop it throws NoAwaitletContext, whatever it is given, and starts nothing", async () => {
  assert.is(isBlockingThread(), false);
  for (const value of [recorded.count("outside"), [recorded.count("outside")], Promise.resolve(1), 1]) {
    assert.throws(
      () => awaitlet(value),
      (error: unknown) => error instanceof NoAwaitletContext && /use await.*asyncDef\(\)/.test(error.message),
    );
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.is(service.counted("outside"), 0);
});

test("at the top level of a blocking module it throws NoAwaitletContext, and starts nothing", async () => {
  const error = await within(blocking.atTopLevel());
  assert.instance(error, NoAwaitletContext);
  assert.match((error as Error).message, /no task runs here.*asyncDef\(\)/);
  assert.is(service.counted("at the top level"), 0);
});

test("on a blocking thread whose task is over it throws NoAwaitletContext, and starts nothing", async () => {
  const threads = new BlockingThreads({ max: 1 });
  await within(asyncDef.with({ threads })(blocking.awaitsAfterItself));
  assert.instance(await within(asyncDef.with({ threads })(blocking.afterTheTask)), NoAwaitletContext);
  assert.is(service.counted("after the task"), 0);
});

test("in async code that a task awaits it throws NoAwaitletContext, which reaches the task", async () => {
  assert.instance(await within(blocking.onTheLoop()), NoAwaitletContext);
  assert.is(service.counted("awaited on the loop"), 0);
});

test("isBlockingThread() tells where the code runs", async () => {
  assert.is(await within(blocking.isBlocking()), true);
});

test("a promise of the blocking thread itself is refused at once, and it says what to do instead", async () => {
  const outcomes = await within(blocking.ownPromises());
  assert.is(Object.keys(outcomes).length, 6);
  for (const [name, error] of Object.entries(outcomes)) {
    assert.instance(error, TypeError, name);
    assert.match((error as Error).message, /never settle; .*asyncModule\(\)/, name);
  }
  assert.is(service.counted("beside an own promise"), 0);
});

test("any other value comes back as it is", async () => {
  assert.equal(await within(blocking.changed()), []);
  assert.equal(await within(blocking.around()), [true, true, true, 42, 42, "function"]);
});

test("what the awaited code throws is thrown at the call, and can be caught there", async () => {
  assert.equal(await within(blocking.catches()), ["finally 1", "RangeError: first", "goes on"]);
});

test("a recorded expression that blocking code returns is awaited", async () => {
  assert.is(await within(blocking.returnsExpression()), 23);
  assert.is(await within(blocking.returnsBuilder()), "returned +1");
  const error = await rejection(blocking.returnsFailing());
  assert.instance(error, RangeError);
  assert.is((error as Error).message, "after it returned");
});

test("assertAwaitOccurs rejects a task that returned without having awaited", async () => {
  const strict = asyncDef.with({ assertAwaitOccurs: true });
  for (const fn of [blocking.awaitsNothing, blocking.awaitsValueOnly]) {
    const error = await rejection(strict(fn, 1));
    assert.instance(error, NoAwaitOccurred);
    assert.match((error as Error).message, /awaits(Nothing|ValueOnly).*assertAwaitOccurs/);
    assert.is(await within(asyncDef(fn, 1)), 2);
  }
  assert.is(await within(strict(blocking.awaitsOnce, 1)), 2);
  const thrown = await rejection(strict(blocking.throwsUnawaited));
  assert.instance(thrown, RangeError);
});

test("10,000 in a row in one task", async () => {
  assert.is(await within(blocking.awaitsInRow(10_000), 60), (10_000 * 9_999) / 2);
});

test("200 tasks at once of 10 awaits each on the default pool give 200 right results", async () => {
  const tasks = Array.from({ length: 200 }, (_, i) => blocking.awaitsLaterInRow(i * 100, 10));
  const results = await within(Promise.all(tasks), 60);
  assert.is(results.length, 200);
  for (const [i, result] of results.entries()) {
    assert.equal(
      result,
      Array.from({ length: 10 }, (_, k) => i * 100 + k),
    );
  }
});

test.run();
