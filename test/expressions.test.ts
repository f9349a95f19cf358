import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, asyncModule, BlockingThreads, blockingModule } from "../mod.ts";
import * as service from "./fixtures/service.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("recorded expressions");

const blocking = blockingModule<typeof import("./fixtures/expressions.ts")>(
  new URL("./fixtures/expressions.ts", import.meta.url),
);
const recorded = asyncModule<typeof import("./fixtures/service.ts")>(
  new URL("./fixtures/service.ts", import.meta.url),
);

test("properties, calls, methods and constructors give what they give on the loop", async () => {
  assert.equal(await within(blocking.chains()), [
    42,
    7,
    3,
    { twice: 8 },
    10,
    "bob",
    "ann",
    "Dr Ann +1 +2",
    "bob +3",
    "eve",
  ]);
});

test("template tags keep their strings raw and their fragments whole", async () => {
  assert.equal(await within(blocking.templates()), [
    { cooked: ["a\n", "b", ""], raw: ["a\\n", "b", ""], frozen: true, values: [1, { c: [2] }] },
    { cooked: [undefined, ""], raw: ["\\unicode and ", ""], frozen: true, values: ["more"] },
    "select <1> where name = <O'Neil>",
    "select <42> in where name = <O'Neil>",
  ]);
});

test("expressions nest as arguments, deep in objects and arrays", async () => {
  assert.equal(await within(blocking.nested()), [15, 13, { at: 42 }, 9]);
});

test("inside one evaluation a node that stands twice is evaluated once", async () => {
  assert.equal(await within(blocking.twice()), [
    [1, { again: 1 }, 2],
    ["ann", "bob", 2],
  ]);
  assert.is(service.counted("twice"), 1);
});

test("awaited again in its task, a call has the outcome that it had, and is not made again", async () => {
  const [one, list, echoed, both, sameList, sameError] = await within(blocking.awaitedAgain());
  assert.equal(both, [1, 2]);
  assert.is(one, 2);
  assert.equal(list, [2, 2, 2]);
  assert.equal(echoed, { one: 2 });
  assert.is(sameList, true);
  assert.is(sameError, "once");
  assert.is(service.counted("again"), 2);
});

test("and none of several is made again of which one has failed", async () => {
  assert.equal(await within(blocking.awaitedAfterFailure()), [
    "first",
    1,
    "first",
    [{ text: "late" }, 1],
    "first",
    1,
  ]);
  assert.is(service.counted("failed beside"), 1);
});

test("another task makes the calls of the module's own expressions anew; what is not awaited is not called", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  assert.is(await within(on(blocking.awaitedByEach)), 1);
  assert.is(await within(on(blocking.awaitedByEach)), 2);
  await within(threads.close());
  assert.is(await within(asyncDef.with({ warnNotAwaited: false })(blocking.unused)), 0);
});

test("then, catch and finally are recorded", async () => {
  assert.equal(await within(blocking.promises()), [101, 101, "mended", [1, 2], ["finally"], 1, "after 1"]);
  for (const key of ["then", "finally", "then after"]) {
    assert.is(service.counted(key), key === "finally" ? 2 : 1, key);
  }
});

test("await in blocking code is refused, and calls nothing", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  await within(on(blocking.awaitsByMistake));
  const error = await within(on(blocking.toldOfMistake));
  await within(threads.close());
  assert.instance(error, TypeError);
  assert.match((error as Error).message, /write awaitlet\(…\) instead of await/);
  assert.is(service.counted("by mistake"), 0);
});

test("what cannot be done to an expression says what to write", async () => {
  const advice = await within(blocking.advice());
  const right: Record<string, RegExp> = {
    instanceof: /write awaitlet\(…\) instanceof …/,
    in: /write "a" in awaitlet\(…\)/,
    set: /property a was set; keep what it gives by hold\(…\)/,
    delete: /property a was deleted; keep what it gives by hold\(…\)/,
    destructured: /destructured.*write awaitlet\(…\) around it/,
    iterated: /iterate\(…\)/,
    text: /write awaitlet\(…\) around it/,
    list: /write awaitlet\(…\) around it/,
  };
  assert.equal(Object.keys(advice), Object.keys(right));
  for (const [name, told] of Object.entries(right)) {
    assert.match(advice[name] as string, /^use service\.ts\.count\(…\) as a value: /, name);
    assert.match(advice[name] as string, told, name);
  }
  assert.is(service.counted("advice"), 0);
});

test("those of one array are made in one turn of the loop, in order", async () => {
  assert.equal(await within(blocking.inOrder()), ["first", "second"]);
  assert.equal(await within(blocking.inOrderThoughUnloaded()), ["first"]);
});

// A parked thread can ask for nothing more: those who wait for each other have come in one round trip.
test("what is awaited together runs concurrently, in one round trip", async () => {
  assert.equal(await within(blocking.together()), [
    ["hall", "hall", "hall"],
    { x: "room", y: ["room", 5, { z: "room" }] },
  ]);
});

test("of several the first failure is thrown, without waiting for the others", async () => {
  assert.is(await within(blocking.firstFailure()), "the second");
});

test("a module that has yet to load delays an evaluation, and repeats nothing of it", async () => {
  assert.equal(await within(blocking.loadsLate()), [[1, "1 late 1 late", "again late"]]);
  assert.equal(await within(blocking.loadsLateAsArgument()), [[84], 5]);
  for (const key of ["before", "between", "first of all", "argument"])
    assert.is(service.counted(key), 1, key);
});

test("a runtime's own module is named by its full name", async () => {
  assert.is(await within(blocking.ofTheRuntime()), "waited");
});

test("a name that only an importing module could resolve is refused", () => {
  for (const name of ["timers", "./service.ts", "../mod.ts", "/service.ts", "@scope/name", ""]) {
    // An async module may be a package: see async_module.test.ts.
    for (const make of /^\w|^@/.test(name) ? [blockingModule] : [asyncModule, blockingModule]) {
      assert.throws(
        () => make(name),
        (error: unknown) =>
          error instanceof TypeError &&
          error.message.includes(JSON.stringify(name)) &&
          /new URL\(/.test(error.message),
      );
    }
  }
});

test("on the loop itself the recording is awaited with plain await", async () => {
  const { table } = recorded.users;
  assert.is(await within(recorded.add(1, recorded.add(2, 3)) as Promise<number>), 6);
  assert.is(await recorded.answer, 42);
  assert.equal(await table, ["ann", "bob"]);
  assert.is(await recorded.users.find(0), "ann");
  assert.is(await new recorded.Account("zoe").deposit(9).total(), "zoe +9");
  assert.is((await recorded.sql`a ${recorded.sql`b ${1}`}`).text, "a b <1>");
  const counting = recorded.count("on the loop");
  assert.is(service.counted("on the loop"), 0);
  assert.equal([await counting, await counting], [1, 1]);
  const error = await rejection(recorded.fail("on the loop"));
  assert.instance(error, RangeError);
});

test("reading an expression as if it were a value throws, and says to use awaitlet()", async () => {
  const outcomes = await within(blocking.misuses());
  assert.ok(Object.keys(outcomes).length > 25);
  for (const [name, outcome] of Object.entries(outcomes)) {
    assert.instance(outcome, TypeError, name);
    assert.match((outcome as Error).message, /service\.ts\.users\.table .*awaitlet/, name);
  }
});

test("an expression cannot reach the machinery behind a value", async () => {
  const outcomes = await within(blocking.forbidden());
  assert.is(outcomes.length, 5);
  for (const [i, key] of ["constructor", "__proto__", "prototype", "constructor", "constructor"].entries()) {
    assert.instance(outcomes[i], TypeError);
    assert.match((outcomes[i] as Error).message, new RegExp(`read the property ${key}\\b`));
  }
  const there = recorded.users.constructor as unknown as Promise<unknown>;
  assert.match(((await rejection(there)) as Error).message, /read the property constructor\b/);
});

test("an async module or function that is not there is an error at the call, which blocking code may catch", async () => {
  const outcomes = await within(blocking.mistakes());
  const said = outcomes.map((outcome) => {
    assert.instance(outcome, Error);
    return (outcome as Error).message;
  });
  assert.match(said[0] as string, /call missing: it is not a function/);
  assert.match(said[1] as string, /call answer: it is not a function/);
  assert.match(said[2] as string, /deeper|undefined/);
  assert.match(said[3] as string, /nowhere\.ts/);
  for (const i of [4, 5]) {
    assert.instance(outcomes[i], RangeError);
    assert.is(said[i], "it failed while it was loaded");
  }
});

test.run();
