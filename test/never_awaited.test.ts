import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, syncDef } from "../mod.ts";
import * as plain from "./fixtures/never_awaited.ts";
import { withPool } from "./support/pool.ts";
import { within } from "./support/within.ts";

const test = suite("calls that are never awaited");

const logic = blockingModule<typeof plain>(new URL("./fixtures/never_awaited.ts", import.meta.url));

const warnings: string[] = [];
process.on("warning", (warning) => {
  if (warning.name === "AwaitletWarning") warnings.push(warning.message);
});

/** The warnings that come meanwhile. A warning is emitted in a later turn of the loop. */
async function warned(work: () => unknown): Promise<string[]> {
  warnings.length = 0;
  await work();
  await new Promise((resolve) => setTimeout(resolve, 10));
  return [...warnings];
}

test("each is told once for each function, by what it is", async () => {
  const told = await warned(async () => {
    for (let i = 0; i < 3; i++) assert.is(await within(logic.forgets(i)), 3);
  });
  assert.is(told.length, 2, told.join());
  assert.match(told[0] as string, /^service\.ts\.count\(…\): .* by forgets\(\) .*write awaitlet\(…\)/);
  assert.match(told[1] as string, /^service\.ts\.users\.find\(…\): .* by forgets\(\)/);
});

test("in another function it is told again", async () => {
  assert.is((await warned(() => within(logic.forgetsToo()))).length, 1);
});

test("a task of its own and what failed too", async () => {
  const told = await warned(async () => {
    await within(logic.forgetsTask());
    await within(logic.fails().catch(() => {}));
  });
  assert.match(told.join("\n"), /^asyncDef\(add, …\): .*\n.*count\(…\): .* by fails\(\)/);
});

test("what is used is not told: awaited, chained, an argument, a result, given to a callback", async () => {
  const told = await warned(async () => {
    assert.equal(await within(logic.usesAll(async (value) => value)), [1, 2, 3, 4, 5, 6]);
    assert.is(await within(logic.returns()), 3);
    const { a } = (await within(logic.returnsSeveral())) as { a: Promise<number>[] };
    assert.equal(await Promise.all(a), [3, 5]);
    assert.is(await within(logic.many(500)), 500);
  });
  assert.equal(told, []);
});

test("options turn it off", async () => {
  const quiet = asyncDef.with({ warnNotAwaited: false });
  const told = await warned(async () => {
    await within(quiet(logic.forgetsQuietly));
    await withPool({ max: 1, warnNotAwaited: false }, async ({ on }) => {
      await within(on(logic.forgetsQuietly));
    });
    syncDef.with({ warnNotAwaited: false })(plain.forgetsQuietly);
  });
  assert.equal(told, []);
  assert.is((await warned(() => within(logic.forgetsQuietly()))).length, 1);
});

test("in a plain program it is told as well", async () => {
  const told = await warned(() => syncDef(plain.forgetsInPlain));
  assert.is(told.length, 1, told.join());
  assert.match(told[0] as string, /^service\.ts\.count\(…\): .* by forgetsInPlain\(\)/);
});

test.run();
