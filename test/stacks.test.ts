import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule, syncDef } from "../mod.ts";
import * as here from "./stacks/logic.ts";
import { all, prepareStacks } from "./stacks/prepare.ts";
import { withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";

const logic = blockingModule<typeof import("./stacks/logic.ts")>(
  new URL("./stacks/logic.ts", import.meta.url),
);

const test = suite("stacks");

const said = (error: unknown): string => {
  const { name, message } = error as Error;
  return `${name}: ${message}`;
};

/** Node 20 prepares a stack when the error is made: one that throws replaces any error of the program's. */
function assertSaid(error: unknown, right: string): void {
  if (said(error) !== "TypeError: no stack" || !process.version.startsWith("v20."))
    assert.is(said(error), right);
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
}

for (const way of all) {
  test(`that the program makes itself (${way}) harm no task, wherever that is`, async () => {
    for (const where of ["on the loop", "on the thread"]) {
      await withPool({ max: 1 }, async ({ on }) => {
        if (where === "on the loop") prepareStacks(way);
        else await within(on(logic.prepare, way));
        try {
          assert.is(await within(on(logic.sum, 1, 2)), 3);
          assertSaid(await rejection(on(logic.throwsHere)), "RangeError: thrown here");
          assertSaid(await rejection(on(logic.throwsThere)), "RangeError: thrown there");
        } finally {
          prepareStacks(undefined);
        }
      });
    }
  });

  test(`that the program makes itself (${way}) harm no plain program`, () => {
    prepareStacks(way);
    try {
      assert.is(syncDef(here.sum, 1, 2), 3);
      assertSaid(
        thrownBy(() => syncDef(here.throwsThere)),
        "RangeError: thrown there",
      );
    } finally {
      prepareStacks(undefined);
    }
  });
}

test("show the innermost sides and the outermost of an error that passes through many callbacks", async () => {
  const ofDepth = async (depth: number): Promise<string> => {
    const error = (await rejection(logic.goesDown(depth))) as Error;
    assert.is(said(error), "RangeError: at the bottom");
    return error.stack as string;
  };
  const few = await ofDepth(3);
  assert.is(few.split("--- awaitlet() ---").length, 4, few);
  const [hundred, thousand] = [await ofDepth(100), await ofDepth(500)];
  assert.match(hundred, /\n {4}--- 93 more sides ---\n {4}--- asyncDef\(goesDown\) ---\n/);
  assert.match(thousand, /\n {4}--- 493 more sides ---\n/);
  assert.is(thousand.length, hundred.length + 1);
});

test("that overflow, in callbacks within callbacks, are an error of the task, and its thread goes on", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    await within(on(logic.prepare, undefined));
    const error = await rejection(on(logic.goesDownForEver), 40);
    assert.instance(error, RangeError);
    assert.is(await within(on(logic.sum, 1, 2)), 3);
  });
  assert.instance(
    thrownBy(() => syncDef(here.goesDownForEver)),
    RangeError,
  );
  assert.is(syncDef(here.sum, 1, 2), 3);
});

test.run();
