// Callbacks of blocking code that async code needs at once: as it builds something by them, or takes what they give.

import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule, syncDef, ThreadDied } from "../mod.ts";
import * as here from "./fixtures/at_once.ts";
import { isGiven, log } from "./fixtures/at_once_async.ts";
import { until, withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("callbacks that run at once");

const logic = blockingModule<typeof import("./fixtures/at_once.ts")>(
  new URL("./fixtures/at_once.ts", import.meta.url),
);

const warnings: string[] = [];
process.on("warning", ({ name, message }) => {
  if (name === "AwaitletWarning") warnings.push(message);
});

const PROMISE = "a promise";
const expected = {
  builds: ["id, name", "where (a (b)) (c)"],
  kinds: [
    ["object", true, "itself"],
    ["number", false, 7],
    ["object", false, null],
    ["object", false, { a: [1] }],
    [PROMISE, false, undefined],
    [PROMISE, false, "waited"],
    [PROMISE, false, undefined],
  ],
  sorts: [1, 2, 3],
  hears: [["word heard", [1]], ["word heard", 1], ["word heard"], [[PROMISE, false, ["word heard", 2]]]],
  listens: ["constructed", "called", "promised", "held", "first", "second", "in a callback"],
  closes: ["closed", "closed"],
  hearsLater: ["word heard", "word heard"],
  isInstance: [true, true, false, false],
  throws: [
    "itself",
    "itself",
    "itself",
    "itself",
    "itself",
    "caught Error: mine",
    undefined,
    ["went on", "went on"],
  ],
};

const plain: Record<keyof typeof expected, () => unknown> = here;

for (const [name, right] of Object.entries(expected)) {
  const of = name as keyof typeof expected;
  test(`${name}, by asyncDef() and by syncDef()`, async () => {
    log.length = 0;
    await withPool({ max: 1 }, async ({ on }) => {
      assert.equal(await within(on(logic[of])), right, "asyncDef");
    });
    assert.equal(syncDef(plain[of]), right, "syncDef");
  });
}

test("they nest, and deeper than they run at once", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    for (const depth of [1, 20, 120]) assert.is(await within(on(logic.recurses, depth)), depth);
  });
  assert.is(syncDef(here.recurses, 120), 120);
});

test("one of another task runs at once while the event loop stands still for this one's", async () => {
  await withPool({ max: 2 }, async ({ on }) => {
    const gives = on(logic.gives);
    await until(isGiven, "it is given");
    assert.equal(await within(on(logic.callsTheirs)), ["object", false, ["given"]]);
    await within(gives);
  });
});

test("they run while as many threads compute as may", async () => {
  await withPool({ max: 3, min: 3 }, async ({ threads, on }) => {
    await within(threads.warmUp(3));
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const computing = [on(logic.computesUntil, stop), on(logic.computesUntil, stop)];
    assert.is(await within(on(logic.many, 5)), 5);
    stop[0] = 1;
    assert.equal(await within(Promise.all(computing)), ["stopped", "stopped"]);
  });
});

test("one that computes for long holds the event loop up for a moment only", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    assert.equal(((await within(on(logic.computes, 5))) as unknown[])[1], "number");
    const [turns, seen] = (await within(on(logic.computes, 1500))) as [number, string];
    assert.is(seen, PROMISE);
    assert.ok(turns > 10, `${turns} turns of the event loop`);
    assert.is(await within(on(logic.computesUnseen, 900)), "went on");
  });
  // The callback's result comes after that of its wait, in the end.
  await new Promise((resolve) => setTimeout(resolve, 50));
});

test("a thread that dies in one is replaced", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    const begun = performance.now();
    assert.instance(await rejection(within(on(logic.dies))), ThreadDied);
    assert.ok(performance.now() - begun < 3000);
    assert.equal(await within(on(logic.sorts)), [1, 2, 3]);
  });
});

test.run();
