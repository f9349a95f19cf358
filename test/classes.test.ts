import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule } from "../mod.ts";
import { Coin, Money } from "./fixtures/classes/money.ts";
import { Purse } from "./fixtures/classes/purse.ts";
import { rejection, within } from "./support/within.ts";

const knowing = blockingModule<typeof import("./fixtures/classes/knowing.ts")>(
  new URL("./fixtures/classes/knowing.ts", import.meta.url),
);
const unknowing = blockingModule<typeof import("./fixtures/classes/unknowing.ts")>(
  new URL("./fixtures/classes/unknowing.ts", import.meta.url),
);

const hurried = blockingModule<typeof import("./fixtures/classes/unknowing.ts")>(
  new URL("./fixtures/classes/unknowing.ts", import.meta.url),
  { loadTimeout: 1_000 },
);
const failing = blockingModule<typeof import("./fixtures/classes/failing.ts")>(
  new URL("./fixtures/classes/failing.ts", import.meta.url),
);

const test = suite("an object of a registered class");

test("crosses as an argument and as a result", async () => {
  const doubled = await within(asyncDef(knowing.double, new Money(21)));
  assert.instance(doubled, Money);
  assert.is(doubled.cents, 42);
  assert.is((await within(knowing.make(7))).cents, 7);
});

test("crosses within a task, both ways", async () => {
  assert.equal(await within(knowing.there(3)), [true, 4]);
  assert.is(await within(knowing.callBack(8)), 8);
});

test("has its module loaded on a thread that does not know it", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  assert.is(await within(asyncDef.with({ threads })(unknowing.cents, new Money(5))), 5);
});

test("has that of each class in it loaded", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  assert.is(await within(asyncDef.with({ threads })(unknowing.inPurse, new Purse(new Money(6)))), 6);
});

test("can be cancelled while that module is loaded", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  const stop = new AbortController();
  const result = asyncDef.with({ threads, signal: stop.signal })(unknowing.cents, new Money(5));
  stop.abort(new Error("enough"));
  assert.is(((await rejection(result)) as Error).message, "enough");
});

test("holds what can cross, itself twice too", async () => {
  const partner = { name: "ann" };
  const money = new Money(1, partner);
  const back = await within(asyncDef(knowing.same, [money, money, partner]));
  assert.is(back[0], back[1]);
  assert.is((back[0] as Money).partner, back[2]);
});

test("is refused, with what to do, where it cannot be loaded for a parked thread", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  assert.match(await within(on(unknowing.asArgument)), /^read a message: .*money\.ts.*import that module/);
  assert.is(await within(on(unknowing.one)), 1, "the thread goes on");
});

test("is refused where its module does not register it", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  const error = (await rejection(asyncDef.with({ threads })(unknowing.flip, new Coin()))) as Error;
  assert.instance(error, TypeError);
  assert.match(error.message, /empty\.ts, which has not registered it/);
});

test("is left out of an error where it cannot be loaded: the error itself arrives", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  assert.equal(await within(on(unknowing.failure)), ["RangeError", "too much", undefined, 7]);
});

test("has its module loaded for an error that a blocking module fails to load with", async () => {
  const error = (await rejection(failing.run())) as Error;
  assert.match(error.message, /^load .*failing\.ts: the price is too low$/);
  assert.is(String((error.cause as { note?: unknown }).note), "see the list");
});

test("cancels a task whose thread does not know it", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  assert.is(await within(on(unknowing.one)), 1);
  const stop = new AbortController();
  const reason = new Money(5);
  const result = asyncDef.with({ threads, signal: stop.signal })(unknowing.waits);
  setTimeout(() => stop.abort(reason), 50);
  assert.is(await rejection(result), reason);
  assert.is(await within(on(unknowing.latestReason)), "AbortError: The task was aborted", "the same thread");
});

test("rejects a nested task whose thread does not know it, and that task alone", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  const said = await within(asyncDef.with({ threads })(unknowing.outer));
  assert.match(said, /^inner: TypeError: read a message: .*money\.ts/);
});

test("has its module loaded within the time that a module may take, and no task ended for it later", async () => {
  await using threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  assert.is(await within(on(hurried.one)), 1);
  assert.is(await within(on(hurried.slow, new Money(5))), 5);
});

test.run();
