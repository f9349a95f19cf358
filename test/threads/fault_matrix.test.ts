/** Every way in which a thread can die, in every state that it can be in. */

import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type BlockingFunction, blockingModule, ThreadDied } from "../../mod.ts";
import type { Way } from "../fixtures/fault.ts";
import { aborted, arrived, called } from "../fixtures/fault_async.ts";
import { type TestPool, until, withPool } from "../support/pool.ts";
import { name as runtime } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const test = suite("fault matrix");

const logic = blockingModule<typeof import("../fixtures/fault.ts")>(
  new URL("../fixtures/fault.ts", import.meta.url),
);

const loading = blockingModule<typeof import("../fixtures/fault_loading.ts")>(
  new URL("../fixtures/fault_loading.ts", import.meta.url),
);

/** Far more than the second that it may take: other tests run on the same cores. */
const SOON = 20;

function assertDied(died: unknown, way: Way): void {
  assert.instance(died, ThreadDied);
  const { name, exitCode, cause, message } = died as ThreadDied;
  assert.is(name, "ThreadDied");
  if (way === "exit") {
    assert.is(exitCode, 7);
    assert.match(message, /exit code 7, as process\.exit\(\) does/);
  } else if (way === "error") {
    assert.instance(cause, Error);
    assert.match(`${(cause as Error).message} ${message}`, /nothing catches it/);
  } else {
    assert.match(`${String(cause)} ${message}`, /memory/i);
  }
}

/** The next task works, on one thread, and nothing is left of the one that died. */
async function assertRecovers({ on, pool, threads }: TestPool): Promise<void> {
  assert.equal(pool.held, { tasks: 0, references: 0, calls: 0 });
  assert.is(await within(on(logic.works)), "works");
  assert.equal(pool.held, { tasks: 0, references: 0, calls: 0 });
  const { idle, running, parked, starting, queued } = threads.stats();
  assert.equal([idle, running, parked, starting, queued], [1, 0, 0, 0, 0]);
}

test.before.each(() => {
  delete process.env.FAULT;
  arrived.clear();
  called.length = 0;
  aborted.length = 0;
});

// An error that nothing catches takes an event loop that turns: while code runs, there is none. Bun bounds the memory
// of the whole process only.
const WAYS: Way[] = runtime === "bun" ? ["exit", "error"] : ["exit", "error", "memory"];
const OPTIONS = { max: 1, ...(runtime !== "bun" && { memoryLimit: 64 }) };

for (const way of WAYS) {
  const onItsOwn = way !== "error";

  test(`${way} while starting`, async () => {
    // What threads see of it is what it is when they start.
    process.env.FAULT = way;
    await withPool(OPTIONS, async (pool) => {
      for (let i = 0; i < 2; i++) {
        const died = rejection(pool.on(loading.f), SOON);
        const queued = pool.on(logic.works);
        assertDied(await died, way);
        assert.is(await within(queued), "works");
      }
      await assertRecovers(pool);
    });
  });

  if (onItsOwn) {
    test(`${way} while running`, async () => {
      await withPool(OPTIONS, async (pool) => {
        const died = rejection(pool.on(logic.computes, way), SOON);
        const queued = pool.on(logic.works);
        assertDied(await died, way);
        assert.is(await within(queued), "works");
        await assertRecovers(pool);
      });
    });

    test(`${way} in a callback`, async () => {
      await withPool(OPTIONS, async (pool) => {
        const died = await rejection(pool.on(logic.diesInCallback, way), SOON);
        assertDied(died, way);
        await until(() => called.length > 0, "the async code that called back was answered");
        assert.is(called[0], died);
        assert.equal(aborted, [died], "the signal of its task has aborted");
        await assertRecovers(pool);
      });
    });
  }

  test(`${way} while idle`, async () => {
    await withPool(OPTIONS, async (pool) => {
      const said: string[] = [];
      const { error } = console;
      console.error = (...args: unknown[]) => said.push(args.map(String).join(" "));
      try {
        await within(pool.on(logic.diesIdle, way));
        await until(() => pool.threads.stats().idle === 0, "the thread has died", SOON);
      } finally {
        console.error = error;
      }
      assert.is(said.length, 1, "it is said once");
      assert.match(said[0] as string, /^awaitlet: an idle thread died: /);
      await assertRecovers(pool);
    });
  });

  test(`${way} while idle, with a task on its way`, async () => {
    await withPool(OPTIONS, async (pool) => {
      const { error } = console;
      console.error = () => {};
      try {
        await within(pool.on(logic.diesIdle, way));
        // At some time in there the thread dies; a task that it had not begun runs on the next.
        for (let i = 0; i < 40; i++) {
          const outcome = await within(
            pool.on(logic.works).catch((reason: unknown) => reason),
            SOON,
          );
          if (outcome !== "works") assertDied(outcome, way);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      } finally {
        console.error = error;
      }
      await assertRecovers(pool);
    });
  });
}

/** How a task is brought into a state, for others to end its thread there. */
const STATES = {
  // Its thread has taken the task, and loads the module.
  starting: {
    task: loading.f,
    is: ({ pool, threads }: TestPool) => threads.stats().starting === 1 && pool.held.tasks === 1,
  },
  running: {
    task: logic.loops,
    is: (pool: TestPool) => arrived.has("running") && pool.threads.stats().running === 1,
  },
  parked: { task: logic.parks, is: () => arrived.has("parked") },
  "in a callback": { task: logic.parksInCallback, is: () => arrived.has("in a callback") },
};

for (const [state, { task: fn, is }] of Object.entries(STATES)) {
  test(`terminated while ${state}`, async () => {
    await withPool(OPTIONS, async (pool) => {
      const task = rejection(pool.on(fn as BlockingFunction<() => void>), SOON);
      const queued = rejection(pool.on(logic.works), SOON);
      await until(() => is(pool), `the task is ${state}`);
      pool.threads.terminate();
      for (const died of [await task, await queued]) {
        assert.instance(died, ThreadDied);
        assert.match((died as Error).message, /pool of threads was terminated/);
      }
      assert.equal(pool.pool.held, { tasks: 0, references: 0, calls: 0 });
      if (state === "parked" || state === "in a callback") assert.ok(aborted.includes(await task));
      if (state === "in a callback") {
        await until(() => called.length > 0, "the async code that called back was answered");
        assert.is(called[0], await task);
      }
    });
    await withPool(OPTIONS, assertRecovers);
  });

  test(`ended after its grace while ${state}`, async () => {
    await withPool(OPTIONS, async (pool) => {
      const controller = new AbortController();
      const task = pool.with({ signal: controller.signal, grace: 40 })(fn as BlockingFunction<() => void>);
      const died = rejection(task, SOON);
      const queued = pool.on(logic.works);
      await until(() => is(pool), `the task is ${state}`);
      controller.abort(new Error("the reason"));
      assert.instance(await died, ThreadDied);
      assert.is(((await died) as Error).cause, controller.signal.reason);
      assert.match(((await died) as Error).message, /it was cancelled and had not returned 40 ms later/);
      assert.is(await within(queued), "works");
      if (state === "in a callback") {
        await until(() => called.length > 0, "the async code that called back was answered");
      }
      await assertRecovers(pool);
    });
  });
}

test("terminated while idle", async () => {
  await withPool(OPTIONS, async (pool) => {
    await within(pool.on(logic.works));
    pool.threads.terminate();
  });
  await withPool(OPTIONS, assertRecovers);
});

test("many die at once, and others work meanwhile", async () => {
  await withPool({ ...OPTIONS, max: 3 }, async ({ on, pool }) => {
    const tasks = Array.from({ length: 12 }, (_, i) =>
      i % 3 === 0 ? rejection(on(logic.computes, "exit"), 60) : within(on(logic.works), 60),
    );
    for (const [i, outcome] of (await Promise.all(tasks)).entries()) {
      if (i % 3 === 0) assertDied(outcome, "exit");
      else assert.is(outcome, "works");
    }
    assert.equal(pool.held, { tasks: 0, references: 0, calls: 0 });
  });
});

test.run();
