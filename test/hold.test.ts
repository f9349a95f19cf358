import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  asyncModule,
  blockingModule,
  hold,
  NoAwaitletContext,
  NotTransferable,
  ReferenceReleased,
} from "../mod.ts";
import * as async from "./fixtures/hold_async.ts";
import { withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("hold");

const logic = blockingModule<typeof import("./fixtures/hold.ts")>(
  new URL("./fixtures/hold.ts", import.meta.url),
);

function assertAll(outcomes: unknown[], Class: new (...args: never[]) => Error, message: RegExp): void {
  assert.ok(outcomes.length > 0);
  for (const outcome of outcomes) {
    assert.instance(outcome, Class);
    assert.match((outcome as Error).message, message);
  }
}

test("the value stays on the loop, and is gone on with", async () => {
  assert.equal(await within(logic.goesOn()), ["a", "a: one", "a: two", 2, 2, "a"]);
});

test("Symbol.dispose releases it, with the next message; a second time does no harm", async () => {
  await withPool({ max: 1 }, async ({ on, pool }) => {
    // `look` itself is a reference.
    const look = async () => pool.held.references - 1;
    assert.equal(await within(on(logic.disposes, look as never)), [0, 2, 1, 0]);
  });
});

test("the end of the task releases all", async () => {
  await withPool({ max: 1 }, async ({ on, pool }) => {
    const look = async () => pool.held.references - 1;
    assert.is(await within(on(logic.leavesAll, look as never)), 10);
    assert.equal(pool.held, { tasks: 0, references: 0, calls: 0 });
  });
});

// Node 22 reads no `using` in TypeScript that is only stripped of its types.
const reads = await import("./fixtures/using.ts").then(
  () => true,
  () => false,
);
if (reads) {
  test("using releases it at the end of its block", async () => {
    const { uses } = blockingModule<typeof import("./fixtures/using.ts")>(
      new URL("./fixtures/using.ts", import.meta.url),
    );
    await withPool({ max: 1 }, async ({ on, pool }) => {
      const look = async () => pool.held.references - 1;
      assert.equal(await within(on(uses, look as never)), [1, 0]);
    });
  });
}

test("a reference that was disposed of throws, wherever it stands", async () => {
  const outcomes = await within(logic.afterDispose());
  assertAll(outcomes.slice(0, 4), ReferenceReleased, /use a reference: it has been disposed of/);
  assert.equal(outcomes[4], { gave: "still works" });
});

test("so does one whose task has ended", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    assert.is(await within(on(logic.leaves)), "left");
    const error = await within(on(logic.usesWhatWasLeft));
    assertAll([error], ReferenceReleased, /use a reference: the task that held it has ended/);
  });
});

test("an instance of a blocking class is refused as a result: nothing could be asked of it when its task is over", async () => {
  const returned = (await rejection(logic.returnsInstance())) as NotTransferable;
  assertAll([returned], NotTransferable, /result\.handles\[0\]: an instance of Handle/);
  assert.is(returned.path, "result.handles[0]");
});

test("a reference cannot reach the machinery behind its value", async () => {
  const outcomes = await within(logic.forbidden());
  assertAll(outcomes.slice(0, 5), TypeError, /read the property (constructor|__proto__|prototype)\b/);
  assertAll(outcomes.slice(5), TypeError, /awaitlet/);
});

test("as an argument it is the very value, deep in objects and in templates too", async () => {
  assert.equal(await within(logic.asArguments()), [
    "one",
    true,
    false,
    true,
    ["one", "two", "one"],
    "one: two",
    "a one b two",
  ]);
});

test("any value can be held", async () => {
  assert.equal(await within(logic.severalKinds()), [5, 4, undefined, "second", 2]);
});

test("what is no expression is refused; what rejects throws", async () => {
  const outcomes = await within(logic.misused());
  assertAll(outcomes.slice(0, 3), TypeError, /hold: this is no recorded expression/);
  assertAll(outcomes.slice(3), RangeError, /it failed to connect/);
});

test("null and undefined are themselves", async () => {
  assert.equal(await within(logic.nothingThere()), [null, "20 Rome", undefined]);
});

test("properties are set and deleted on the loop", async () => {
  assert.equal(await within(logic.sets()), ["21 Oslo", "23 undefined", 23]);
});

test("an array is destructured: plain items as they are, the others stay on the loop", async () => {
  assert.equal(await within(logic.destructures()), [
    [{ a: 1 }],
    "30 Rome",
    30,
    6,
    null,
    "text",
    undefined,
    ["x", "y"],
    5,
  ]);
});

test("what is a promise and an object is both: used, iterated over, awaited", async () => {
  const given = await within(logic.promiseAndObject());
  assert.equal(given.slice(0, 6), [true, true, ["a", "b"], { stdout: "a b", code: 0 }, "a b", 0]);
  assert.is(given[6], async.spawned());
  assert.equal(given.slice(7), [1, 3]);
});

test("what was held or awaited is not made again", async () => {
  assert.equal(await within(logic.heldAndAwaited()), [true, true, 2]);
});

test("it works in callbacks", async () => {
  assert.equal(await within(logic.inCallback()), ["outer: from the callback", "inner: x"]);
});

test("a reference that a task returns is the very value to its caller", async () => {
  const given = await within(logic.givesReference());
  assert.instance(given, async.Connection);
  assert.is(given, async.made.at(-1));
});

test("another task is given the object, alive", async () => {
  assert.is(await within(logic.toAnotherTask()), "far: asked by another");
});

test("outside a task it throws, and starts nothing", () => {
  const recorded = asyncModule<typeof import("./fixtures/hold_async.ts")>(
    new URL("./fixtures/hold_async.ts", import.meta.url),
  );
  const before = async.made.length;
  assert.throws(
    () => hold(recorded.connect("never")),
    (error: unknown) => error instanceof NoAwaitletContext,
  );
  assert.is(async.made.length, before);
});

test.run();
