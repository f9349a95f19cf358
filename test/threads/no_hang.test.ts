import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  asyncDef,
  BlockingThreads,
  type BlockingThreadsOptions,
  blockingModule,
  ThreadDied,
} from "../../mod.ts";
import { rejection, within } from "../support/within.ts";

const test = suite("no hang");

const dying = blockingModule<typeof import("../fixtures/dying.ts")>(
  new URL("../fixtures/dying.ts", import.meta.url),
);

interface Loading {
  f(): void;
}

function loading(name: string, loadTimeout = 20_000): () => Promise<unknown> {
  const url = new URL(`../fixtures/loading/${name}`, import.meta.url);
  return blockingModule<Loading>(url, { loadTimeout }).f;
}

/** The task must reject with `ThreadDied`; then the next one must work on the same pool, which has one thread. */
async function assertDies(
  fn: (...args: never[]) => Promise<unknown>,
  args: readonly unknown[],
  said: RegExp,
  { seconds = 10, ...options }: BlockingThreadsOptions & { seconds?: number } = {},
): Promise<ThreadDied> {
  const threads = new BlockingThreads({ max: 1, ...options });
  const run = asyncDef.with({ threads });
  const error = await rejection(run(fn as (...args: readonly unknown[]) => unknown, ...args), seconds);
  assert.instance(error, ThreadDied);
  assert.match((error as ThreadDied).message, said);
  assert.is(await within(run(dying.works, 1)), 2);
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
    const error = await assertDies(loading(`exits.ts?code=${code}`), [], new RegExp(`exit code ${code}\\b`));
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
    const threads = new BlockingThreads({ max: 1 });
    const run = asyncDef.with({ threads });
    for (let i = 0; i < 6; i++) {
      const fn = dying[name] as (ms: number) => Promise<string>;
      assert.is(await within(run(fn, i % 3)), "done");
      if (i > 3) await new Promise((resolve) => setTimeout(resolve, 20 * (i - 3)));
      assert.is(await within(run(dying.works, i)), i + 1);
      assert.is(await within(run(dying.works, -i)), 1 - i);
    }
  });
}

// Bun bounds the memory of the whole process only, and then ends it.
if (!("Bun" in globalThis)) {
  const options = { memoryLimit: 64, seconds: 60 };
  for (const name of ["hoards", "hoardsAwaiting"] as const) {
    test(`out of memory: ${name}`, async () => {
      await assertDies(dying[name], [], /memory/i, options);
    });
  }

  test("out of memory while the module loads", async () => {
    await assertDies(loading("runs_out_of_memory.ts", 60_000), [], /memory/i, options);
  });
}

test("what the engine refuses at once is an error of the task, and the thread lives on", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const run = asyncDef.with({ threads });
  for (const fn of [dying.asksTooMuch, dying.recursesForEver as () => Promise<number>]) {
    assert.instance(await rejection(run(fn)), RangeError);
    assert.is(await within(run(dying.works, 1)), 2);
  }
  assert.is(threads.stats().idle, 1);
});

test("terminate() ends what is parked, loops, loads and waits, and late answers do no harm", async () => {
  const threads = new BlockingThreads({ max: 3 });
  const run = asyncDef.with({ threads });
  const tasks = [
    run(dying.parks, "the terminated"),
    run(dying.loops),
    run(loading("awaits_for_ever.ts")),
    run(dying.works, 1),
  ];
  const errors = Promise.all(tasks.map((task) => rejection(task)));
  const { present, open } = await import("../fixtures/service.ts");
  for (let i = 0; i < 1000 && present("the terminated") === 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  threads.terminate();
  for (const error of await within(errors)) {
    assert.instance(error, ThreadDied);
    assert.match((error as Error).message, /terminated/);
  }
  open("the terminated");
  const late = await rejection(run(dying.works, 1));
  assert.instance(late, ThreadDied);
  assert.is(await within(dying.works(1)), 2);
});

test("a task that ignores its signal has its thread ended, and the next task works", async () => {
  const threads = new BlockingThreads({ max: 1 });
  const signal = AbortSignal.timeout(300);
  const error = await rejection(asyncDef.with({ threads, signal, grace: 100 })(dying.loops));
  assert.instance(error, ThreadDied);
  assert.match((error as Error).message, /cancelled and had not returned 100 ms later/);
  assert.is(await within(asyncDef.with({ threads })(dying.works, 1)), 2);
});

test("after all these deaths a pool runs thousands of tasks", async () => {
  const threads = new BlockingThreads({ max: 2 });
  const run = asyncDef.with({ threads });
  const deaths = [
    run(dying.exits, 0),
    run(dying.exitsAfterAwait, 3),
    run(loading("nowhere.ts")),
    run(loading("throws_undefined.ts")),
    run(loading("exits.ts?code=1")),
    run(loading("rejects_unheard.ts")),
  ];
  const lived = Array.from({ length: 3000 }, (_, i) => run(dying.works, i));
  for (const death of deaths) assert.instance(await rejection(death, 30), ThreadDied);
  const results = await within(Promise.all(lived), 60);
  assert.equal(
    results,
    Array.from({ length: 3000 }, (_, i) => i + 1),
  );
});

test.run();
