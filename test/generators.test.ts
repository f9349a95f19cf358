import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, ContextVar, ThreadDied } from "../mod.ts";
import { notes } from "./fixtures/generators_async.ts";
import { runChild } from "./support/child.ts";
import { withPool } from "./support/pool.ts";
import { root, runsFile } from "./support/this_runtime.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("generators of blocking modules");

const logic = blockingModule<typeof import("./fixtures/generators.ts")>(
  new URL("./fixtures/generators.ts", import.meta.url),
);

test.before.each(() => {
  notes.length = 0;
});

const counted = (count: number) => Array.from({ length: count }, (_, i) => i);
const cell = () => new Int32Array(new SharedArrayBuffer(4));
const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** All that an iterable gives, and what it throws at its end. */
async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  const run = async () => {
    try {
      for await (const item of items) all.push(item);
    } catch (thrown) {
      all.push({ thrown });
    }
    return all;
  };
  return within(run(), 30);
}

test("for await gives all items, in order", async () => {
  for (const count of [0, 1, 2, 255, 256, 257, 5000]) {
    assert.equal(await collect(logic.rows(count)), counted(count));
  }
  assert.equal(await collect(logic.falsy()), [undefined, null, 0, "", false]);
});

test("asyncDef() gives it too, on a pool of one's own", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    assert.equal(await collect(on(logic.rows, 1000)), counted(1000));
    assert.equal(
      await collect(on(logic.awaits, 50)),
      counted(50).map((i) => 2 * i),
    );
  });
  assert.equal(await collect(asyncDef(logic.rows, 10)), counted(10));
});

test("a hundred thousand items", async () => {
  let sum = 0;
  for await (const row of logic.rows(100_000)) sum += row;
  assert.is(sum, 4_999_950_000);
});

test("the generator is not run far ahead of its consumer", async () => {
  const yielded = cell();
  let seen = 0;
  for await (const _ of logic.rows(2000, yielded)) {
    seen++;
    if (seen % 100 !== 1) continue;
    await rest(15);
    assert.ok((yielded[0] ?? 0) - seen <= 256, `${yielded[0]} were yielded when ${seen} had been seen`);
  }
  assert.is(seen, 2000);
});

test("nor by more than about a mebibyte", async () => {
  const yielded = cell();
  let seen = 0;
  for await (const _ of logic.large(40, yielded)) {
    seen++;
    await rest(5);
    assert.ok((yielded[0] ?? 0) - seen <= 4, `${yielded[0]} were yielded when ${seen} had been seen`);
  }
  assert.is(seen, 40);
});

test("what is slow to come is given as it comes", async () => {
  const times: number[] = [];
  for await (const _ of logic.slow(6, 50)) times.push(performance.now());
  assert.ok((times[5] ?? 0) - (times[0] ?? 0) > 150, `${times}`);
});

test("closing it runs its finally, which may await", async () => {
  const ways: Record<string, () => Promise<unknown>> = {
    break: async () => {
      for await (const row of logic.rows(1e9)) if (row === 5) break;
    },
    throw: async () => {
      for await (const row of logic.rows(1e9)) if (row === 300) throw new RangeError("in the body");
    },
    "return()": async () => {
      const items = logic.rows(1e9);
      await items.next();
      assert.equal(await items.return("left"), { value: "left", done: true });
      assert.equal(await items.next(), { value: undefined, done: true });
    },
    "throw()": async () => {
      const items = logic.rows(1e9);
      await items.next();
      const error = new RangeError("thrown in");
      assert.is(await rejection(items.throw(error)), error);
      assert.equal(await items.next(), { value: undefined, done: true });
    },
    "Symbol.asyncDispose": async () => {
      const items = logic.rows(1e9);
      await items.next();
      await items[Symbol.asyncDispose]();
    },
  };
  for (const [name, leave] of Object.entries(ways)) {
    notes.length = 0;
    await within(leave().catch((error: Error) => assert.is(error.message, "in the body")));
    assert.equal(notes, ["finally", "and on"], name);
  }
});

test("step by step, with what it returns", async () => {
  const items = logic.rows(2);
  assert.equal(await within(items.next()), { value: 0, done: false });
  assert.equal(await within(items.next()), { value: 1, done: false });
  assert.equal(await within(items.next()), { value: "the end", done: true });
  assert.equal(await within(items.next()), { value: undefined, done: true });
  assert.equal(notes, ["finally", "and on"]);
});

test("several steps at once are taken one after the other", async () => {
  const items = logic.rows(3);
  const steps = Array.from({ length: 5 }, () => items.next());
  assert.equal(
    (await within(Promise.all(steps))).map(({ value }) => value),
    [0, 1, 2, "the end", undefined],
  );
});

test("what it throws comes after the items", async () => {
  const thrown: unknown[] = [undefined, null, 0, "text"];
  for (const error of thrown) {
    assert.equal(await collect(logic.failsAfter(3, error)), [0, 1, 2, { thrown: error }]);
  }
  const [many, end] = (await collect(logic.failsAfter(1000, new RangeError("e")))).slice(-2);
  assert.is(many, 999);
  assert.instance((end as { thrown: unknown }).thrown, RangeError);
});

test("an item that cannot cross is refused, and it is closed", async () => {
  const end = (await collect(logic.handles())).at(-1) as { thrown: Error };
  assert.match(String(end.thrown), /^NotTransferable: .*handle: an instance of WeakMap/);
  assert.equal(notes, ["handles closed"]);
});

test("a signal cancels it, parked or between two steps", async () => {
  for (const generator of [logic.waits, logic.rows] as (() => AsyncGenerator<number>)[]) {
    notes.length = 0;
    const reason = new Error("enough");
    const controller = new AbortController();
    const items = asyncDef.with({ signal: controller.signal })(
      generator as never,
      1e9 as never,
    ) as unknown as AsyncGenerator<number>;
    await within(items.next());
    setTimeout(() => controller.abort(reason), 100);
    const end = (await collect(items)).at(-1) as { thrown: unknown };
    if (generator === logic.waits) assert.is(end.thrown, reason);
    else assert.ok(end.thrown === reason || typeof end === "number");
    assert.ok(notes.length > 0, "it is closed");
  }
});

test("it inherits the context of where it was called", async () => {
  const user = new ContextVar<string>("generator's user");
  const items = user.run("ann", () => logic.whoAmI());
  assert.equal(await collect(items), ["ann"]);
});

test("a thread that dies ends it", async () => {
  const end = (await collect(logic.exits())).at(-1) as { thrown: ThreadDied };
  assert.instance(end.thrown, ThreadDied);
  assert.is(end.thrown.exitCode, 3);
});

test("what is no generator function cannot be iterated over", async () => {
  const items = logic.plain(1) as unknown as AsyncIterable<unknown>;
  const [end] = (await collect(items)) as [{ thrown: Error }];
  assert.instance(end.thrown, TypeError);
  assert.match(end.thrown.message, /^iterate over a task: its function is not a generator function;/);
});

test("abandoned before the first step it runs nothing, and holds nothing", async () => {
  await withPool({ max: 1 }, async ({ on, threads }) => {
    const yielded = cell();
    const items = on(logic.rows, 5, yielded);
    await rest(300);
    assert.is(yielded[0], 0);
    assert.equal(await within(items.return("left" as never)), { value: "left", done: true });
    assert.is(yielded[0], 0);
    assert.equal(notes, []);
    assert.is(threads.stats().running, 0);
    assert.is(await within(on(logic.plain, 3)), 3);
  });
});

test("and keeps no process alive", async () => {
  const { code, timedOut, output } = await runChild(runsFile("test/fixtures/generators_program.ts"), {
    cwd: root,
    seconds: 30,
  });
  assert.equal([output, code, timedOut], ["left\n", 0, false]);
});

test("blocking code iterates over a generator of another thread", async () => {
  for (const max of [1, 2]) {
    await withPool({ max }, async ({ on }) => {
      assert.equal(await within(on(logic.overAnother, 500)), [249_500, [0, 1, 2]]);
    });
  }
});

test.run();
