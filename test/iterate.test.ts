import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, iterate, NoAwaitletContext, syncDef } from "../mod.ts";
import * as plain from "./fixtures/iterate.ts";
import * as async from "./fixtures/iterate_async.ts";
import { runChild } from "./support/child.ts";
import { until, withPool } from "./support/pool.ts";
import { root, runsFile, name as runtime } from "./support/this_runtime.ts";
import { rejection, within } from "./support/within.ts";

const test = suite("iterate");

const logic = blockingModule<typeof plain>(new URL("./fixtures/iterate.ts", import.meta.url));
const { notes } = async;

test.before.each(() => {
  notes.length = 0;
});

const counted = (count: number) => Array.from({ length: count }, (_, i) => i);
const MiB = 2 ** 20;

for (const source of ["generator", "stream", "nodeStream", "promised"] as const) {
  test(`${source}: all items, in order, whatever the bounds`, async () => {
    for (const count of [0, 1, 2, 999, 1000, 1001, 2500]) {
      assert.equal(await within(logic.all(source, count)), counted(count));
    }
    for (const ahead of [1, 2, 3, 7]) {
      assert.equal(await within(logic.all(source, 50, { ahead })), counted(50));
      assert.equal(await within(logic.all(source, 50, { aheadBytes: ahead })), counted(50));
    }
  });

  for (const by of ["break", "return", "throw"] as const) {
    test(`${source}: stopped after ten by ${by}, it is closed`, async () => {
      assert.equal(await within(logic.stopsAfter(source, 10, by)), counted(10));
      const closed = {
        generator: "generator closed",
        stream: "stream cancelled",
        nodeStream: "Node stream closed",
        promised: "stream cancelled",
      }[source];
      assert.equal(notes, [closed]);
    });
  }
}

// A million rows, all kept, would take 200 MiB and more. Without a bound V8's young generations alone take 100 MiB.
for (const source of ["rows", "rowStream"] as const) {
  test(`a million small items of ${source}: all there, in order, in flat memory`, async () => {
    const [program, ...args] = runsFile("test/fixtures/iterate_program.ts");
    if (runtime === "node") args.unshift("--max-semi-space-size=1");
    if (runtime === "deno") args.splice(1, 0, "--v8-flags=--max-semi-space-size=1");
    const { stdout, output } = await runChild([program, ...args, source], { cwd: root, seconds: 90 });
    assert.match(stdout, /^\{/, output);
    const { rows, atFirst, most } = JSON.parse(stdout);
    assert.equal(rows, [1_000_000, []]);
    assert.ok(atFirst > 0 && most - atFirst < 80 * MiB, `from ${atFirst / MiB} to ${most / MiB} MiB`);
  });
}

test("the first iteration of a program misses nothing either", async () => {
  const { stdout, output } = await runChild(runsFile("test/fixtures/iterate_first.ts"), {
    cwd: root,
    seconds: 30,
  });
  assert.is(stdout, "RangeError: failed soon\n", output);
});

test("a stream that is a live object is iterated over", async () => {
  assert.equal(await within(logic.alive()), [0, 1, 2]);
  assert.equal(syncDef(plain.alive), [0, 1, 2]);
});

test("the same in a plain program", () => {
  assert.equal(syncDef(plain.rows, "rows", 200_000), [200_000, []]);
  assert.equal(syncDef(plain.stopsAfter, "stream", 10, "break"), counted(10));
});

test("sync iterables, and items of any kind", async () => {
  assert.equal(await within(logic.values("array")), ["a", "b", "c"]);
  assert.equal(await within(logic.values("falsy")), async.falsy);
  assert.equal(await within(logic.values("set")), [1, 2]);
  assert.equal(await within(logic.values("map")), [["a", 1]]);
  assert.equal(await within(logic.values("text")), ["é", "☃", "😀"]);
});

test("what is not iterable is refused, and told", async () => {
  for (const name of ["number", "nothing", "plain"] as const) {
    const error = (await rejection(logic.values(name))) as Error;
    assert.instance(error, TypeError);
    assert.match(
      error.message,
      /^iterate: the value is neither an async iterable, an iterable nor a stream;/,
    );
  }
  const error = (await rejection(logic.noExpression())) as Error;
  assert.match(error.message, /this is no recorded expression/);
  assert.instance(await rejection(logic.failsToOpen()), RangeError);
});

test("no item is lost of a source that gives them from the moment on when it is made", async () => {
  assert.is(await within(logic.fromTheFirst(20)), 40);
});

test("what is a promise and an async iterable is iterated over, whatever becomes of the promise", async () => {
  assert.equal(await within(logic.promiseAndIterable(false)), ["a", "b"]);
  assert.equal(await within(logic.promiseAndIterable(true)), ["a", "b"]);
});

test("outside a task it starts nothing", () => {
  assert.throws(
    () => [...iterate(logic as never)],
    (error: unknown) => error instanceof NoAwaitletContext,
  );
});

// The bound

for (const source of ["generator", "stream"] as const) {
  for (const ahead of [1, 2, 3, 10, 100]) {
    test(`${source}: never more than ${ahead} items are read ahead`, async () => {
      const most = await within(logic.ahead(source, 300, { ahead }));
      assert.ok(most <= ahead, `${most} were`);
      if (ahead > 1) assert.ok(most >= ahead / 2 - 1, `and only ${most} were`);
    });
  }

  test(`${source}: with 1 nothing is read ahead`, async () => {
    assert.is(await within(logic.ahead(source, 20, { ahead: 1 })), 0);
  });
}

test("never more bytes are read ahead than the bound, but for an item begun", async () => {
  // Each takes 200 kB.
  const most = await within(logic.textsAhead(100_000, { aheadBytes: 1_000_000 }));
  assert.ok(most >= 2 && most <= 5 + 1, `${most} items were read ahead`);
  const least = await within(logic.textsAhead(100_000, { aheadBytes: 1 }));
  assert.ok(least <= 2, `${least} items were read ahead`);
  const byDefault = await within(logic.textsAhead(100_000, {}));
  assert.ok(byDefault <= 5 + 1, `${byDefault} items were read ahead by default`);
});

test("an item is given as soon as it is there", async () => {
  assert.equal(await within(logic.talks()), ["one", "two", "three"]);
});

// Ends

test("what the source throws comes at its element, whatever it is", async () => {
  const errors: unknown[] = [undefined, null, 0, "text"];
  for (const thrown of errors) {
    assert.equal(await within(logic.until(3, thrown)), [counted(3), { thrown }]);
  }
  assert.equal(await within(logic.until(0, null)), [[], { thrown: null }]);
  const [items, end] = (await within(logic.until(1500, new RangeError("after many")))) as [number[], object];
  assert.equal(items, counted(1500));
  assert.instance((end as { thrown: unknown }).thrown, RangeError);
});

test("a source that gives nothing can be left", async () => {
  assert.equal(await within(logic.leavesSilent(2), 5), [0, 1, 1]);
  assert.equal(await within(logic.leavesSilent(3), 5), [0, 1, 2, 1]);
  assert.equal(notes, ["silent stream cancelled", "silent stream cancelled"]);
});

test("a task that waits for it can be cancelled, and it is closed", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const task = asyncDef.with({ signal: controller.signal })(logic.waitsForSilent);
  setTimeout(() => controller.abort(reason), 200);
  assert.is(await rejection(task), reason);
  await until(() => notes.length > 0, "the stream is closed");
  assert.equal(notes, ["silent stream cancelled"]);
});

test("the end of the task closes what was abandoned", async () => {
  await withPool({ max: 1 }, async ({ on }) => {
    assert.is(await within(on(logic.abandons)), 0);
    await until(() => notes.length > 0, "the source is closed");
    assert.equal(notes, ["generator closed"]);
    await within(on(logic.neverBegins));
    assert.equal(notes, ["generator closed"]);
  });
});

test("an item that cannot cross is refused at its place, and the source is closed", async () => {
  const [first, name, message] = await within(logic.handles());
  assert.equal([first, name], [1, "NotTransferable"]);
  assert.match(message as string, /handle: an instance of WeakMap/);
  assert.equal(notes, ["handles closed"]);
});

test("several at once, side by side and within each other", async () => {
  assert.equal(await within(logic.sideBySide()), [
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  assert.is(await within(logic.withinEachOther()), 400);
});

test.run();
