import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, type FromBlockingModule, syncDef } from "../mod.ts";
import * as plain from "./fixtures/buffers.ts";
import { within } from "./support/within.ts";

type Buffers = typeof plain;
type Run = (...args: unknown[]) => unknown;

const test = suite("buffers that are written into");

const here: Buffers = { ...plain };
const logic = blockingModule<Buffers>(new URL("./fixtures/buffers.ts", import.meta.url));

const five = [10, 1, 2];
const table: [title: string, fn: keyof Buffers, expected: unknown][] = [
  [
    "what async code writes into an array is there, small or large, later or at once",
    "arrays",
    [{ bytes: 2 }, [0, 0, 5, 5, 0, 0, 0, 0, 0, 0], [6, 6, 1_000_001], 3, [9, 9, 9]],
  ],
  [
    "of a part of a buffer that part alone; any view, and the buffer itself",
    "views",
    [
      [1, 2, 2, 1, 1, 3, 3, 1],
      [0, 0, 0, 0, 4, 4, 4, 4, 4, 4, 4, 4, 0, 0, 0, 0, 0, 0, 0, 0],
      [3, 3, 3],
      [0, 0, 0, 1, 2, 0],
      [0, 1.5, Number.NaN],
    ],
  ],
  ["a buffer that can grow", "resizable", [1, 1, 1, 1]],
  [
    "buffers within objects and maps",
    "inObjects",
    [
      [1, 1],
      [2, 2],
    ],
  ],
  ["also where the call fails", "onRejection", ["RangeError: half way", [7, 7]]],
  [
    "several at once, and the arguments of arguments",
    "several",
    [
      [1, 1],
      [2, 2, 1_000_001],
      [3, 3],
    ],
  ],
  ["where a module is loaded in between", "readAgain", [4, 3, 3]],
  [
    "only what has changed is written",
    "partly",
    [
      [9, 1, 1, 9, 1, 1, 9, 1, 1, 9],
      [4, 4, 0, 7, 8],
    ],
  ],
  [
    "methods of live objects, awaited at once or later",
    "live",
    [2, [1, 1], 2, [2, 2], [2, 2], [3, 3], [4, 4]],
  ],
  ["what is held", "held", [5, 1, "killed", 1, 6, [1, 1]]],
  [
    "a callback fills what async code gives it",
    "callbacks",
    [
      [five, five, five, 0, 0],
      [[undefined, 3, 3], [undefined, 3, 3], [undefined, 3, 3], 0, 0],
      [["failed", 4, 4], ["failed", 4, 4], ["failed", 4, 4], 0, 0],
      [[{ bytes: 3 }, 5, 5], [{ bytes: 3 }, 5, 5], [{ bytes: 3 }, 5, 5], 0, 0],
      [6, [6, 6, 6]],
    ],
  ],
  ["what moves is gone, what is shared is shared", "notCopied", [0, [2, 2]]],
];

const ways: Record<string, (fn: keyof Buffers, ...args: unknown[]) => Promise<unknown>> = {
  asyncDef: (fn, ...args) => within(asyncDef(logic[fn] as Run & FromBlockingModule, ...args)),
  syncDef: async (fn, ...args) => syncDef(here[fn] as Run, ...args),
};

for (const [way, run] of Object.entries(ways)) {
  for (const [title, fn, expected] of table) {
    test(`${title}, under ${way}`, async () => assert.equal(await run(fn), expected));
  }

  test(`the platform's own functions, under ${way}`, async () => {
    const folder = await mkdtemp(join(tmpdir(), "awaitlet-buffers-"));
    const path = join(folder, "text");
    await writeFile(path, "abcdef");
    const text = [97, 195, 177, 98, 0, 0, 0, 0, 0, 0];
    assert.equal(await run("platform", path), [true, 4, text, 6, "-abcdef-----"]);
    await rm(folder, { recursive: true });
  });
}

test("two tasks that get one promise have each their own buffers", async () => {
  const both = await within(Promise.all([logic.sharedPromise(1), logic.sharedPromise(2)]));
  assert.equal(both.map((bytes) => (bytes as number[])[0] === 8).filter(Boolean).length, 1);
});

test.run();
