import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule, type FromBlockingModule, ThreadDied } from "../../mod.ts";
import { isWaiting, open } from "../fixtures/loop_side.ts";
import { until, withPool } from "../support/pool.ts";
import { rejection, within } from "../support/within.ts";

const test = suite("no hang");

const dying = blockingModule<typeof import("../fixtures/dying.ts")>(
  new URL("../fixtures/dying.ts", import.meta.url),
);

const busy = blockingModule<typeof import("../fixtures/busy.ts")>(
  new URL("../fixtures/busy.ts", import.meta.url),
);

interface Loading {
  f(): void;
}

function loading(name: string, loadTimeout = 20_000): (() => Promise<unknown>) & FromBlockingModule {
  const url = new URL(`../fixtures/loading/${name}`, import.meta.url);
  return blockingModule<Loading>(url, { loadTimeout }).f;
}

/** The task must reject with `ThreadDied`; then the next one must work on the same pool, which has one thread. */
async function assertDies(
  fn: (...args: never[]) => Promise<unknown>,
  args: readonly unknown[],
  said: RegExp,
): Promise<ThreadDied> {
  let error: unknown;
  await withPool({ max: 1 }, async ({ on }) => {
    error = await rejection(
      on(fn as ((...args: readonly unknown[]) => unknown) & FromBlockingModule, ...args),
      10,
    );
    assert.instance(error, ThreadDied);
    assert.match((error as ThreadDied).message, said);
    assert.is(await within(on(dying.works, 1)), 2);
  });
  return error as ThreadDied;
}

test("a module that does not exist", async () => {
  const error = await assertDies(loading("nowhere.ts"), [], /^load file:.*nowhere\.ts: .*nowhere\.ts/s);
  assert.instance(error.cause, Error);
});

test("a module that imports one that does not exist", async () => {
  await assertDies(
    loading("imports_missing.ts"),
    [],
    /^load .*imports_missing\.ts: .*nowhere_to_be_found\.ts/s,
  );
});

test("a module with a syntax error", async () => {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-"));
  try {
    const path = join(folder, "broken.mts");
    writeFileSync(path, "export function f(: number {\n");
    const { f } = blockingModule<Loading>(pathToFileURL(path));
    const error = await assertDies(f, [], /^load file:.*broken\.mts: ./s);
    assert.instance(error.cause, Error);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a module that throws while it loads", async () => {
  const fn = blockingModule<Loading>(new URL("../fixtures/throws_while_loading.ts", import.meta.url)).f;
  const error = await assertDies(fn, [], /^load .*throws_while_loading\.ts: it failed while it was loaded$/);
  assert.instance(error.cause, RangeError);
});

test("a module that throws undefined while it loads", async () => {
  const error = await assertDies(
    loading("throws_undefined.ts"),
    [],
    /^load .*throws_undefined\.ts: undefined$/,
  );
  assert.is(error.cause, undefined);
  assert.ok(Object.hasOwn(error, "cause"));
});

for (const name of ["awaits_for_ever.ts", "awaits_a_timer.ts", "loops.ts"]) {
  test(`a module that never finishes loading: ${name}`, async () => {
    await assertDies(loading(name, 1000), [], /it took longer than 1000 ms; .*loadTimeout/);
  });
}

test("a module that awaits for a moment while it loads is loaded", async () => {
  assert.is(await within(loading("awaits_a_little.ts")()), "loaded");
});

for (const code of [0, 3]) {
  test(`process.exit(${code}) in blocking code, and while its module loads`, async () => {
    const cases = [dying.exits, dying.exitsByCode, dying.exitsAfterAwait, dying.exitsInFinally];
    for (const fn of cases) {
      const error = await assertDies(
        fn,
        [code],
        new RegExp(`ended with exit code ${code}\\b.*process\\.exit`),
      );
      assert.is(error.exitCode, code);
    }
    const error = await assertDies(loading(`exits_with_${code}.ts`), [], new RegExp(`exit code ${code}\\b`));
    assert.is(error.exitCode, code);
  });
}

test("an uncaught error in a timer while the module loads", async () => {
  const error = await assertDies(loading("throws_in_a_timer.ts"), [], /RangeError: of a timer while loading/);
  assert.match(String(error.cause), /of a timer while loading/);
});

test("an unhandled rejection while the module loads", async () => {
  await assertDies(loading("rejects_unheard.ts"), [], /unheard while loading/);
});

// The thread is idle then, or has just been given the next task: neither may suffer.
for (const name of [
  "throwsLater",
  "exitsLater",
  "throwsUndefinedLater",
  "throwsInMicrotask",
  "rejectsUnheard",
] as const) {
  test(`after its task the thread dies: ${name}; the next tasks work`, async () => {
    await withPool({ max: 1 }, async ({ on }) => {
      for (let i = 0; i < 4; i++) {
        const fn = dying[name] as ((ms: number) => Promise<string>) & FromBlockingModule;
        assert.is(await within(on(fn, i % 3)), "done");
        if (i > 2) await new Promise((resolve) => setTimeout(resolve, 50));
        assert.is(await within(on(dying.works, i)), i + 1);
        assert.is(await within(on(dying.works, -i)), 1 - i);
      }
    });
  });
}

test("what the engine refuses at once is an error of the task, and the thread lives on", async () => {
  await withPool({ max: 1 }, async ({ on, threads }) => {
    for (const fn of [
      dying.asksTooMuch,
      dying.recursesForEver as (() => Promise<number>) & FromBlockingModule,
    ]) {
      assert.instance(await rejection(on(fn)), RangeError);
      assert.is(await within(on(dying.works, 1)), 2);
    }
    assert.is(threads.stats().idle, 1);
  });
});

test("tasks behind those that die still run, by the thousand", async () => {
  await withPool({ max: 2 }, async ({ on }) => {
    const deaths = [
      on(dying.exits, 0),
      on(dying.exitsAfterAwait, 3),
      on(loading("nowhere.ts")),
      on(loading("throws_undefined.ts")),
      on(loading("exits_with_3.ts")),
      on(loading("rejects_unheard.ts")),
    ];
    const died = Promise.all(deaths.map((death) => rejection(death, 30)));
    const lived = Array.from({ length: 3000 }, (_, i) => on(dying.works, i));
    for (const error of await died) assert.instance(error, ThreadDied);
    const expected = Array.from({ length: 3000 }, (_, i) => i + 1);
    assert.equal(await within(Promise.all(lived), 60), expected);
  });
});

test("tasks that found no room in the queue run, also where the loop computes while threads empty it", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    for (let round = 0; round < 3; round++) {
      const parked = on(busy.parks, "overflow");
      await until(() => isWaiting("overflow"), "the only thread is parked");
      const others = Array.from({ length: 300 }, () => on(busy.thread));
      open("overflow");
      // The turn that wakes the thread, and long enough for all that the queue holds.
      await new Promise((resolve) => setImmediate(resolve));
      const long = performance.now() + 200;
      while (performance.now() < long);
      await within(Promise.all([parked, ...others]), 30);
    }
  });
});

test.run();
