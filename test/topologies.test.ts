import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, type FromBlockingModule, syncDef } from "../mod.ts";
import * as contract from "./fixtures/contract.ts";
import { describe, thrown } from "./fixtures/errors.ts";
import { refusals } from "./fixtures/refusals.ts";
import { rejection, within } from "./support/within.ts";

type Contract = typeof contract;
type Run = (...args: unknown[]) => unknown;

const plain: Contract = { ...contract };
const logic = blockingModule<Contract>(new URL("./fixtures/contract.ts", import.meta.url));

/** A way to run a blocking function. */
interface Topology {
  name: "asyncDef" | "syncDef";
  run(fn: keyof Contract, ...args: unknown[]): Promise<unknown>;
  /** Runs it, and cancels it by a signal whose reason is a `TimeoutError` once it is parked. */
  cancel(fn: keyof Contract, ...args: unknown[]): Promise<unknown>;
}

const topologies: Topology[] = [
  {
    name: "asyncDef",
    run: (fn, ...args) => within(asyncDef(logic[fn] as Run & FromBlockingModule, ...args)),
    async cancel(fn, ...args) {
      const controller = new AbortController();
      const { signal } = controller;
      const task = asyncDef.with({ signal })(logic[fn] as Run & FromBlockingModule, ...args);
      task.catch(() => {});
      await sleep(150);
      controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
      return within(task);
    },
  },
  {
    name: "syncDef",
    run: async (fn, ...args) => syncDef(plain[fn] as Run, ...args),
    cancel: async (fn, ...args) => syncDef.with({ timeout: 150 })(plain[fn] as Run, ...args),
  },
];

/** What a function of the contract gives, in the one topology as in the other. */
const table: [fn: keyof Contract, args: unknown[], expected: unknown][] = [
  [
    "expressions",
    [],
    [
      42,
      3,
      10,
      "bob",
      7,
      "ann +1 +2",
      "Dr bob",
      10,
      { cooked: ["a\n", "b", ""], raw: ["a\\n", "b", ""], frozen: true, values: [1, { c: 2 }] },
      "select <1> where <x>",
    ],
  ],
  ["together", [], [1, { two: "together", three: ["together", 3] }, "plain"]],
  ["inRow", [300], 44_850],
  ["bytes", [0, 1, 1000, 16_000, 16_384, 16_385, 100_000, 3_000_000], []],
  ["plainValue", [], true],
  ["awaitsInFinally", [], ["first", "in finally"]],
  ["callbacks", [], ["outer", 3, 6]],
  ["callbacksAtOnce", [20], Array.from({ length: 20 }, (_, i) => i + 1)],
  ["callbackDropped", [5], [0, 1, 2, 3, 4]],
  ["recursion", [5], [4, [3, [2, [1, [0, ["bottom"]]]]]]],
  ["functionAsResult", [], [1, 6, 7]],
  ["functionKept", [], [11, 22]],
  ["holds", [], [5, 7, 7, true, "ReferenceReleased: use a reference: it has been disposed of"]],
  ["holdsWhatCannotCross", [], [200, "the body"]],
  [
    "context",
    [],
    [
      undefined,
      undefined,
      "set here",
      "set there",
      ["run here", "run here"],
      "set there",
      "set there",
      "set there",
    ],
  ],
  ["contextAnew", [], [undefined, undefined]],
  ["noSuchFunction", [], true],
  ["runtimeModule", [], "done"],
  ["globals", [], [{ a: [1, new Date(0)] }, 3, [1, 2], "number"]],
  [
    "iterates",
    [3000],
    [4_498_500, 4_498_500, 20, ["closed", "closed", "cancelled"], 1, 2, "RangeError: after two"],
  ],
  ["tasks", [], [2, [3, 4], 5, "RangeError: r"]],
  ["transfers", [100_000], [[100_000, 7], 0, 100_000, 9, 0]],
  ["shares", [], 42],
  ["mayPark", [], true],
];

/** The cases that are settled by more than comparing a value. */
function settle(test: ReturnType<typeof suite>, { name: topology, run, cancel }: Topology): void {
  for (const value of [undefined, null, -0, Number.NaN, "", 2n ** 70n, "é☃😀", "\ud800"]) {
    test(`the value ${typeof value} ${String(value)} comes back as it is`, async () => {
      assert.ok(Object.is(await run("roundTrip", value), value));
    });
  }

  test("data comes back as it is", async () => {
    const data = {
      map: new Map<unknown, unknown>([[{ a: 1 }, new Set([1, "b"])]]),
      list: [new Date(5), /x/g, Uint16Array.of(1, 65_535), new Error("e").message],
      text: "x".repeat(200_000),
    };
    assert.equal(await run("roundTrip", data), data);
  });

  for (const [name, original] of Object.entries(thrown())) {
    const expected = describe(original);
    test(`thrown, ${name}: across and back`, async () => {
      assert.equal(await run("catches", name), expected);
      assert.equal(describe(await rejection(run("throws", name))), expected);
      assert.equal(describe(await rejection(run("letsThrough", name))), expected);
      assert.equal(await run("throwsIntoAsync", name), [original instanceof Error, expected, expected]);
    });
  }

  test("an error's stack shows the async side, the blocking side, and no machinery", async () => {
    const { stack = "" } = (await rejection(run("letsThrough", "RangeError"))) as Error;
    assert.match(stack, /errors\.ts:\d+[\s\S]*contract\.ts:\d+[\s\S]*topologies\.test\.ts:\d+/);
    assert.not.match(stack, /\/src\/(bridge|threads|wire|runtime)\//);
  });

  for (const name of Object.keys(refusals())) {
    test(`refused: ${name}`, async () => {
      const [argument, result, fromCallback] = (await run("refused", name)) as string[];
      assert.match(argument ?? "", /^NotTransferable: .*at\[0\]/);
      assert.match(result ?? "", /^NotTransferable: .*rows\[1\]\.handle/);
      assert.match(fromCallback ?? "", /^NotTransferable: .*from/);
    });
  }

  test("own promises, and expressions read as values, are refused with what to do", async () => {
    for (const said of (await run("ownPromises")) as string[]) assert.match(said, /^TypeError: .*awaitlet/);
  });

  test("async modules that are missing, or throw while they load", async () => {
    const failed = "RangeError: it failed while it was loaded";
    assert.equal(await run("missingModules"), [true, true, failed, failed, failed, 42]);
  });

  const notesOf = () => run("takeNotes");
  const cancelled: [fn: keyof Contract, notes: string[]][] = [
    ["parks", ["cleaning up", "cleaned up"]],
    ["parksInCallback", ["cleaning up", "cleaned up", "outer"]],
    ["asyncCodeHears", ["aborted: TimeoutError", "left"]],
  ];
  for (const [fn, notes] of cancelled) {
    test(`cancelled: ${fn}; the reason is thrown at the awaitlet(), and the next call works`, async () => {
      const reason = (await rejection(cancel(fn))) as DOMException;
      assert.instance(reason, DOMException);
      assert.equal(
        [reason.name, reason.message],
        ["TimeoutError", "The operation was aborted due to timeout"],
      );
      assert.equal(await notesOf(), notes);
      assert.is(await run("inRow", 10), 45);
    });
  }

  test("cancelled: what catches the reason goes on", async () => {
    assert.equal(await cancel("catchesCancellation"), ["TimeoutError", "goes on"]);
  });

  test("cancelled: what returns without having come to an awaitlet() since is cancelled all the same", async () => {
    assert.is(((await rejection(cancel("computes", 400))) as Error).name, "TimeoutError");
    assert.is(await run("computes", 0), "computed");
  });

  test("the loop is this thread's, or the companion's", async () => {
    Reflect.set(globalThis, "contractMark", "here");
    assert.is(await run("markOfTheLoop"), topology === "asyncDef" ? "here" : undefined);
  });
}

for (const topology of topologies) {
  const test = suite(`under ${topology.name}`);
  for (const [fn, args, expected] of table) {
    test(fn, async () => {
      assert.equal(await topology.run(fn, ...args), expected);
    });
  }
  settle(test, topology);
  test.run();
}
