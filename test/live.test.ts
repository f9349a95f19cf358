import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, syncDef } from "../mod.ts";
import * as blocking from "./fixtures/live.ts";
import * as async from "./fixtures/live_async.ts";
import { withPool } from "./support/pool.ts";
import { within } from "./support/within.ts";

type Live = typeof blocking;
type Run = (fn: Exclude<keyof Live, "takes">, ...args: unknown[]) => Promise<unknown>;
type Any = (...args: unknown[]) => unknown;

const plain: Live = { ...blocking };
const logic = blockingModule<Live>(new URL("./fixtures/live.ts", import.meta.url));
const topologies: Record<string, Run> = {
  asyncDef: (fn, ...args) => within((logic[fn] as Any)(...args) as Promise<unknown>),
  syncDef: async (fn, ...args) => syncDef(plain[fn] as Any, ...args),
};

for (const [name, run] of Object.entries(topologies)) {
  const test = suite(`live objects under ${name}`);

  test("own data are there, methods and accessors act on the original", async () => {
    assert.equal(await run("reads"), [
      [1, "pet 1", "pet", ["new"], ["kind", "id", "name", "tags"], "hidden 1", true, false],
      ["pet 1: a b", "a pet", "secret of pet 1", "[object Object]"],
      ['{"pet":"pet 1"}', "Pet pet 1", 1, ["new"], '{"kind":"pet","id":1,"name":"pet 1","tags":["new"]}'],
      true,
    ]);
  });

  test("an error has the methods of its class", async () => {
    assert.equal(await run("refused"), [
      [3, "tried 3 times", 503, false],
      "Refused: not now",
      ["name", "status"],
      '{"name":"Refused","status":503}',
    ]);
  });

  test("what a method changes is seen, and what is set is set there", async () => {
    assert.equal(await run("changes"), [
      ...[true, "rex", ["new", "old"], true, "old"],
      ...["max", "max: hi", "max", "told", "red", "changed"],
    ]);
  });

  test("what a method promises is an expression that runs already", async () => {
    assert.equal(await run("promises"), [
      true,
      { at: 5 },
      true,
      "RangeError: pet 3 fails",
      "RangeError: pet 3 throws",
      "ready",
      "RangeError: too late",
      true,
    ]);
  });

  test("given back it is the original, as an argument, inside one, and as this", async () => {
    const [alone, deep, again, called] = (await run("identity")) as unknown[];
    const [isThis, spoken, given] = called as unknown[];
    assert.equal([alone, deep, again, isThis, spoken], [true, true, true, true, "pet 4: hi"]);
    if (name === "asyncDef") assert.is(given, await async.find(4));
  });

  test("maps, arrays, trees, functions, plain objects with methods, what cannot be copied, responses", async () => {
    assert.equal(await run("others"), [
      [2, 3, ["a", "b"], 2],
      [true, 2, { x: 2 }, [1, 2], { x: 1 }, 2],
      ["root", "leaf", true, true],
      ["ran select", 7, "closed"],
      [1, 2],
      [
        1,
        2,
        "NotTransferable: Cannot copy result[0]: an instance of WeakMap can be neither copied nor called; use hold() to keep it on its own side, or pass on its data",
        "RangeError: worse",
      ],
      [201, "1", "the body", ["a", "1"]],
      null,
    ]);
    async.counter.n = 0;
  });

  test("listeners, and what nobody wants of on()", async () => {
    assert.equal(await run("listens"), [["a", "a", "b"], 1]);
  });

  test("using closes what is closed by a promise", async () => {
    assert.equal(await run("disposes"), ["used x", ["closed x"]]);
  });

  test("a list of entities", async () => {
    assert.equal(await run("list", 1_000), [1_000, 499_500, "pet 7: x", "secret of pet 999"]);
  });

  test("an instance of a blocking class has methods there that give promises", async () => {
    assert.equal(await run("gives"), [[[3, 10], 15, 15, "RangeError: no sum"], 15, true, [3, 15]]);
  });

  test("after its task its data can still be read, and its methods say why not", async () => {
    await run("leaves");
    if (name === "asyncDef") return;
    assert.equal(await run("usesWhatWasLeft"), [
      "pet 9",
      "ReferenceReleased: use Pet: the task that it came from has ended",
      "TypeError: new Pet: its class is on another thread; name it by asyncModule() to make one there",
    ]);
  });

  test.run();
}

const test = suite("live objects of a task");

test("an argument of a task is alive", async () => {
  const pet = await async.find(20);
  assert.equal(await within(asyncDef(logic.takes, pet)), ["pet 20", "pet 20: here", true]);
  assert.equal(pet.saved, { at: 5 });
});

test("the end of its task lets go of all that it held", async () => {
  await withPool({ max: 1 }, async ({ pool, on }) => {
    await within(on(logic.list, 500));
    await within(on(logic.others));
    assert.is(pool.held.references, 0);
  });
});

test.run();
