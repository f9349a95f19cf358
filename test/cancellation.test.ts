import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, currentSignal, ThreadDied } from "../mod.ts";
import { isWaiting, notes, open } from "./fixtures/loop_side.ts";
import { until, withPool } from "./support/pool.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("cancellation");

const logic = blockingModule<typeof import("./fixtures/cancellation.ts")>(
  new URL("./fixtures/cancellation.ts", import.meta.url),
);
const slow = blockingModule<typeof import("./fixtures/slow_to_load.ts")>(
  new URL("./fixtures/slow_to_load.ts", import.meta.url),
);

test.before.each(() => {
  notes.length = 0;
});

const parked = (gate: string) => until(() => isWaiting(gate), `a task waits at ${gate}`);

/** A controller whose signal counts the listeners that it has. */
class Counted extends AbortController {
  listeners = 0;
  constructor() {
    super();
    const { signal } = this;
    const { addEventListener, removeEventListener } = signal;
    const known = new Set<unknown>();
    signal.addEventListener = (type: string, listener: never, options: never) => {
      known.add(listener);
      this.listeners = known.size;
      addEventListener.call(signal, type, listener, options);
    };
    signal.removeEventListener = (type: string, listener: never, options: never) => {
      known.delete(listener);
      this.listeners = known.size;
      removeEventListener.call(signal, type, listener, options);
    };
  }
}

test("aborted before the start: it never starts, and rejects with the very reason", async () => {
  await withPool({ max: 1 }, async ({ on, with: options, threads }) => {
    const reason = { any: "thing" };
    const signal = AbortSignal.abort(reason);
    assert.is(await rejection(options({ signal })(logic.parks, "never")), reason);
    assert.equal([threads.stats().starting, threads.stats().idle], [0, 0], "no thread was started for it");
    assert.is(await within(on(logic.beginnings)), 0);
  });
});

test("aborted in the queue: it never starts, and leaves the queue at once", async () => {
  await withPool({ max: 1 }, async ({ on, with: options, threads }) => {
    const first = on(logic.parks, "holds the thread");
    const controller = new Counted();
    const second = options({ signal: controller.signal })(logic.parks, "queued");
    const third = on(logic.computes, 0);
    await parked("holds the thread");
    assert.is(threads.stats().queued, 2);
    controller.abort();
    assert.is(await rejection(second), controller.signal.reason);
    assert.is(threads.stats().queued, 1);
    assert.is(controller.listeners, 0);
    open("holds the thread");
    assert.is(await within(first), "holds the thread");
    assert.is(await within(third), "computed");
    assert.is(await within(on(logic.beginnings)), 1);
  });
});

test("aborted while its module is loading: it rejects, and the thread is used again", async () => {
  await withPool({ max: 1 }, async ({ on, with: options, threads }) => {
    const controller = new AbortController();
    const task = options({ signal: controller.signal })(slow.parks, "loading");
    await until(() => threads.stats().starting === 1, "the thread is starting");
    controller.abort(new Error("while loading"));
    assert.is(await rejection(task), controller.signal.reason);
    assert.not(isWaiting("loading"));
    assert.is(await within(on(slow.answers)), 42);
    assert.is(threads.stats().idle, 1);
  });
});

test("aborted while parked: the reason is thrown at awaitlet(), and finally may await", async () => {
  await withPool({ max: 1 }, async ({ on, with: options, threads }) => {
    const controller = new Counted();
    const task = options({ signal: controller.signal })(logic.parks, "parked");
    await parked("parked");
    controller.abort(new Error("while parked"));
    assert.is(await rejection(task), controller.signal.reason, "the very reason, not a copy");
    assert.equal(notes, ["parked: cleaning up", "parked: cleaned up"], "before the promise rejected");
    assert.is(controller.listeners, 0);
    assert.equal([threads.stats().idle, threads.stats().parked], [1, 0], "the thread is used again");
    assert.is(await within(on(logic.beginnings)), 1);
  });
});

test("aborted while computing: it rejects as soon as it returns or awaits", async () => {
  await withPool({ max: 1 }, async ({ with: options, threads }) => {
    for (const fn of [logic.computes, logic.computesThenAwaits]) {
      const controller = new AbortController();
      const task = options({ signal: controller.signal })(fn as typeof logic.computes, 150);
      await until(() => threads.stats().running === 1, "it computes");
      controller.abort(new Error("while computing"));
      assert.is(await rejection(task), controller.signal.reason);
    }
    assert.equal(notes, ["thrown at the awaitlet"]);
  });
});

test("aborted in a callback: both of its waits see it, and so does the async code between", async () => {
  await withPool({ max: 1 }, async ({ with: options }) => {
    const controller = new AbortController();
    const task = options({ signal: controller.signal })(logic.parksInCallback);
    await parked("in a callback");
    controller.abort(new Error("in a callback"));
    assert.is(await rejection(task), controller.signal.reason);
    await until(() => notes.length === 3, "all have seen it");
    assert.equal(notes[0], "callback cleaned up");
    assert.equal(notes.slice(1).sort(), ["async code saw in a callback", "outer cleaned up"]);
  });
});

test("aborted twice: the reason is thrown once, cleaning up is left alone", async () => {
  await withPool({ max: 1 }, async ({ with: options }) => {
    const controller = new AbortController();
    const task = options({ signal: controller.signal })(logic.cleansUpSlowly);
    await parked("slow");
    controller.abort(new Error("first"));
    await parked("cleaning");
    controller.abort(new Error("second"));
    await new Promise((resolve) => setTimeout(resolve, 30));
    open("cleaning");
    assert.is(((await rejection(task)) as Error).message, "first");
    assert.equal(notes, ["cleaned up slowly"]);
  });
});

test("a reason of any kind is the caller's own", async () => {
  const circular: Record<string, unknown> = { name: "circular" };
  circular.self = circular;
  class Handle {
    use() {}
  }
  const reasons: [reason: unknown, seenThere: unknown][] = [
    ["text", ["string", "text"]],
    [0, ["number", "0"]],
    [null, ["object", "null"]],
    [false, ["boolean", "false"]],
    [circular, ["object", "[object Object]"]],
    [new RangeError("error"), ["object", "RangeError: error"]],
    [new DOMException("exception", "QuotaExceededError"), ["object", "QuotaExceededError"]],
    [new Handle(), ["object", "[object Object]"]],
    // What cannot cross is seen there as a plain abort.
    [Symbol("s"), ["object", "AbortError"]],
  ];
  await withPool({ max: 1 }, async ({ with: options }) => {
    for (const [reason, seenThere] of reasons) {
      const { signal, abort } = controls();
      const rethrows = options({ signal })(logic.parks, "any reason");
      await parked("any reason");
      abort(reason);
      assert.is(await rejection(rethrows), reason, String(seenThere));
      open("any reason");

      const catching = controls();
      const looks = options({ signal: catching.signal })(logic.typeOfReason, "look at it");
      await parked("look at it");
      catching.abort(reason);
      assert.equal(await within(looks), seenThere);
      open("look at it");
    }
    // Without a reason it is the signal's own.
    const { signal, abort } = controls();
    const task = options({ signal })(logic.parks, "no reason");
    await parked("no reason");
    abort();
    const error = (await rejection(task)) as DOMException;
    assert.is(error, signal.reason);
    assert.is(error.name, "AbortError");
  });
});

function controls(): { signal: AbortSignal; abort: (reason?: unknown) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}

test("aborted after the end: nothing happens", async () => {
  await withPool({ max: 1 }, async ({ on, with: options }) => {
    const controller = new Counted();
    const { signal } = controller;
    assert.is(await within(options({ signal, grace: 10 })(logic.computes, 0)), "computed");
    assert.is(controller.listeners, 0);
    controller.abort();
    await new Promise((resolve) => setTimeout(resolve, 40));
    assert.is(await within(on(logic.computes, 0)), "computed");
  });
});

test("blocking code may catch it and go on, and its result counts", async () => {
  await withPool({ max: 1 }, async ({ with: options }) => {
    const controller = new AbortController();
    const task = options({ signal: controller.signal })(logic.catchesAndGoesOn, "catches");
    await parked("catches");
    controller.abort(new RangeError("caught"));
    const [error, value, aborted] = await within(task);
    assert.instance(error, RangeError);
    assert.is((error as Error).message, "caught");
    assert.is(value, "goes on");
    assert.is(aborted, true, "the signal of the task stays aborted");
  });
});

test("the async code sees it by currentSignal(), with the very reason", async () => {
  await withPool({ max: 1 }, async ({ with: options }) => {
    const controller = new AbortController();
    const task = options({ signal: controller.signal })(logic.waitsForTheDriver);
    await parked("untilAborted");
    controller.abort({ stop: "driver" });
    assert.is(await rejection(task), controller.signal.reason);
    assert.equal(notes, ["the async code saw it"]);
  });
  assert.is(currentSignal().aborted, false, "outside a task it never aborts");
});

test("AbortSignal.timeout() just works", async () => {
  await withPool({ max: 1 }, async ({ on, with: options }) => {
    // The thread has to be there by then: what is aborted in the queue never starts.
    await within(on(logic.beginnings));
    const signal = AbortSignal.timeout(60);
    const error = (await rejection(options({ signal })(logic.parks, "timeout"))) as DOMException;
    assert.is(error, signal.reason);
    assert.is(error.name, "TimeoutError");
    assert.equal(notes.length, 2);
  });
});

test("a timeout in milliseconds, the time in the queue included", async () => {
  await withPool({ max: 1 }, async ({ with: options }) => {
    const error = (await rejection(options({ timeout: 60 })(logic.parks, "timeout"))) as DOMException;
    assert.is(error.name, "TimeoutError");
    const { signal, abort } = controls();
    const holder = options({ signal })(logic.parks, "holder");
    await parked("holder");
    const queued = (await rejection(options({ timeout: 60 })(logic.parks, "queued"))) as DOMException;
    assert.is(queued.name, "TimeoutError");
    for (const timeout of [-1, Number.NaN, "1" as never]) {
      assert.throws(() => options({ timeout }), /^asyncDef\.with\(\): timeout is /);
    }
    abort("enough");
    assert.is(await rejection(holder), "enough");
  });
});

test("what does not return within the grace has its thread ended, and another takes the next task", async () => {
  await withPool({ max: 1 }, async ({ on, with: options, pool }) => {
    const { stubborn, loopsForEver } = logic;
    for (const fn of [() => stubborn("stubborn"), loopsForEver]) {
      const { signal, abort } = controls();
      const run = options({ signal, grace: 80 });
      const task = fn === loopsForEver ? run(loopsForEver) : run(stubborn, "stubborn");
      const next = on(logic.computes, 0);
      if (fn === loopsForEver) await new Promise((resolve) => setTimeout(resolve, 300));
      else await parked("stubborn");
      const from = performance.now();
      abort(new Error("the reason"));
      const died = (await rejection(task)) as ThreadDied;
      assert.ok(performance.now() - from >= 75, "not before its grace was over");
      assert.instance(died, ThreadDied);
      assert.match(died.message, /it was cancelled and had not returned 80 ms later/);
      assert.is(died.cause, signal.reason);
      assert.is(await within(next), "computed");
      assert.equal(pool.held, { tasks: 0, references: 0, calls: 0 });
    }
  });
});

test("the grace is over with the task: its thread stays", async () => {
  await withPool({ max: 1 }, async ({ with: options, on }) => {
    const { signal, abort } = controls();
    const task = options({ signal, grace: 400 })(logic.parks, "in time");
    await parked("in time");
    abort();
    await rejection(task);
    const begun = await within(on(logic.beginnings));
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.is(await within(on(logic.beginnings)), begun, "it is the same thread");
    assert.is(begun, 1);
  });
});

for (const max of [1, 2, 3]) {
  test(`what cancels a task cancels those that it waits for, on ${max} threads`, async () => {
    await withPool({ max }, async ({ with: options }) => {
      const controller = new Counted();
      const task = options({ signal: controller.signal })(logic.parent);
      await parked("child");
      controller.abort(new Error("all of them"));
      assert.is(await rejection(task), controller.signal.reason);
      await until(() => notes.length === 3, "all have cleaned up");
      assert.equal([...notes].sort(), ["child: cleaned up", "child: cleaning up", "parent cleaned up"]);
      assert.is(controller.listeners, 0);
      open("child");

      const other = controls();
      const grand = options({ signal: other.signal })(logic.grandparent);
      await parked("grandchild");
      other.abort(new Error("via async code"));
      assert.is(await rejection(grand), other.signal.reason);
      await until(() => notes.length === 5, "the grandchild has cleaned up");
      open("grandchild");
    });
  });
}

test("a task that is cancelled alone does not cancel the one that waits for it", async () => {
  for (const max of [1, 2]) {
    await withPool({ max }, async ({ on }) => {
      assert.equal(await within(on(logic.outlivesItsChild)), ["only the child", "parent goes on"]);
    });
  }
});

test("one signal may cancel many tasks, and keeps none of their listeners", async () => {
  await withPool({ max: 2 }, async ({ with: options }) => {
    const controller = new Counted();
    const run = options({ signal: controller.signal });
    const gates = Array.from({ length: 6 }, (_, i) => `many ${i}`);
    const tasks = gates.map((gate) => run(logic.parks, gate));
    await parked("many 0");
    await parked("many 1");
    // One for all: runtimes warn where there are many.
    assert.is(controller.listeners, 1);
    controller.abort(new Error("all"));
    for (const reason of await Promise.all(tasks.map((task) => rejection(task)))) {
      assert.is(reason, controller.signal.reason);
    }
    assert.is(controller.listeners, 0);
  });
});

test("asyncDef.with({ signal }) on the default threads", async () => {
  const { signal, abort } = controls();
  const task = asyncDef.with({ signal })(logic.parks, "default");
  await parked("default");
  abort("stop");
  assert.is(await rejection(task), "stop");
});

test.run();
