// Lists of objects of one class: each crosses alive, and all of them together.

import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule, syncDef } from "../mod.ts";
import * as here from "./fixtures/live_list.ts";
import { until, withPool } from "./support/pool.ts";
import { within } from "./support/within.ts";

const test = suite("lists of live objects");

const logic = blockingModule<typeof import("./fixtures/live_list.ts")>(
  new URL("./fixtures/live_list.ts", import.meta.url),
);

const warnings: string[] = [];
process.on("warning", ({ name, message }) => {
  if (name === "AwaitletWarning") warnings.push(message);
});

const cases = {
  looks: [
    20,
    true,
    [
      [0, null],
      [1, 1],
      [2, 2],
      [3, null],
    ],
    [
      new Date(0),
      ["t0"],
      ["id", "name", "age", "born", "tags"],
      '{"id":1,"name":"user 1","age":1,"born":"1970-01-01T00:00:01.000Z","tags":["t1"]}',
    ],
    ["User", true, false, true],
  ],
  acts: ["secret 11", "user 11", "ann", true, "saved bob", "user 10"],
  comesAgain: [true, true, [7, 5, 0, 1, 2, 3, 4, 5, 6, 7, 8]],
  comesInPart: [true, "five", "user 6", "user 5"],
  releases: ["ReferenceReleased", "user 6", [5]],
  unlike: {
    more: [5, false, "user 5"],
    hidden: ["hidden 3", false],
    symbol: 4,
    computed: 2,
    method: "own 2",
    inside: "TAG 9!",
    uncopied: ["user 1", true],
    twice: [true, false],
    friends: true,
  },
};

const plain: Record<keyof typeof cases, () => unknown> = here;

for (const [name, expected] of Object.entries(cases)) {
  const of = name as keyof typeof cases;
  test(`${name}, by asyncDef() and by syncDef()`, async () => {
    await withPool({ max: 1 }, async ({ on }) => {
      assert.equal(await within(on(logic[of])), expected, "asyncDef");
    });
    assert.equal(syncDef(plain[of]), expected, "syncDef");
  });
}

test("those of blocking code are alive for async code", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    const use = async (points: unknown[]) => {
      const all = points as { x: number; double(): Promise<number> }[];
      return [all.map(({ x }) => x), await all[11]?.double(), all.length];
    };
    assert.equal(await within(on(logic.gives, use)), [Array.from({ length: 12 }, (_, x) => x), 22, 12]);
  });
});

test("a task that holds very many is told so, once", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    assert.is(await within(on(logic.holds, 99_000)), 99_000);
    assert.is(await within(on(logic.holds, 100_000)), 100_000);
    await within(on(logic.holds, 100_000));
  });
  await until(() => warnings.some((message) => message.includes("holds 100000 objects")), "it is told");
  assert.is(warnings.filter((message) => message.includes("holds 100000 objects")).length, 1);
});

test.run();
