import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, type FromBlockingModule, NotTransferable } from "../mod.ts";
import { LARGEST_INLINE } from "../src/transport/message_ring.ts";
import { LARGE } from "../src/wire/views.ts";
import { isPatterned, patterned } from "./fixtures/data.ts";
import { refusals } from "./fixtures/refusals.ts";
import { rejection, within } from "./support/within.ts";
import { difference } from "./wire/round_trip.ts";

const test = suite("data across the bridge");

const blocking = blockingModule<typeof import("./fixtures/data.ts")>(
  new URL("./fixtures/data.ts", import.meta.url),
);

/** Its type argument would be lost on the way through `blockingModule()`. */
const through = blocking.throughAsyncCode as <T>(value: T) => Promise<T>;

function values(): Record<string, unknown> {
  const shared = { s: new Date(1) };
  const cyclic: Record<string, unknown> = { shared, again: [shared, shared.s], map: new Map() };
  cyclic.self = cyclic;
  (cyclic.map as Map<unknown, unknown>).set(cyclic, cyclic.map);
  const sparse: unknown[] = [1];
  sparse[5] = undefined;
  sparse[9] = "nine";
  return {
    undefined: undefined,
    null: null,
    booleans: [true, false],
    numbers: [
      0,
      -0,
      1.5,
      -1,
      2 ** 53,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      5e-324,
    ],
    bigints: [0n, -1n, 2n ** 64n, -(10n ** 100n)],
    strings: ["", "a", "é", "日本語", "👍", "\0", "\ud800", "x".repeat(100_000), "漢".repeat(10_000)],
    "objects and arrays": { a: [{ b: [[]] }, {}], "": 1, "a b": undefined },
    "no prototype": Object.assign(Object.create(null), { a: 1 }),
    maps: new Map<unknown, unknown>([
      ["a", new Map([[1, { b: 2 }]])],
      [{ k: 1 }, undefined],
      [Number.NaN, -0],
    ]),
    sets: new Set<unknown>([1, "a", { b: 1 }, undefined]),
    dates: [new Date(0), new Date(1.7e12), new Date(Number.NaN)],
    regexps: [/a(?<b>c)/giu, /\//],
    boxed: [Object(1), Object("a"), Object(true), Object(1n)],
    "typed arrays": [
      Uint8Array.of(1, 255),
      Int8Array.of(-1),
      Uint8ClampedArray.of(3),
      Int16Array.of(-300),
      Uint16Array.of(65535),
      Int32Array.of(-70000),
      Uint32Array.of(4e9),
      Float32Array.of(1.5),
      Float64Array.of(Math.PI, -0),
      BigInt64Array.of(-1n),
      BigUint64Array.of(2n ** 63n),
      new DataView(Uint8Array.of(1, 2, 3).buffer, 1),
    ],
    buffers: [new ArrayBuffer(0), Uint8Array.of(1, 2, 3).buffer],
    "cycles and shared objects": cyclic,
    "sparse arrays": sparse,
  };
}

for (const [name, value] of Object.entries(values())) {
  test(`${name}: the same after four crossings`, async () => {
    assert.is(difference(value, await within(through(value))), "");
  });
}

test("a sparse array keeps its holes", async () => {
  const copy = await within(through(values()["sparse arrays"] as unknown[]));
  assert.equal(Object.keys(copy), ["0", "5", "9"]);
  assert.is(copy.length, 10);
});

test("the caller's data stays its own", async () => {
  const bytes = patterned(100_000);
  const value = { bytes, rows: [{ a: 1 }] };
  const copy = await within(through(value));
  assert.ok(isPatterned(bytes, 100_000));
  copy.bytes.fill(0);
  copy.rows.length = 0;
  assert.ok(isPatterned(value.bytes, 100_000));
  assert.is(value.rows.length, 1);
});

test("bytes of every size to where they go beside a message, to the byte, between blocking and async code", async () => {
  assert.equal(await within(blocking.sameBytes(0, 300), 60), []);
  assert.equal(await within(blocking.sameBytes(LARGE - 20, LARGE + 20), 60), []);
});

test("text of every size to where a message no longer fits its box, to the byte, between blocking and async code", async () => {
  assert.equal(await within(blocking.sameText(0, 300), 60), []);
  assert.equal(await within(blocking.sameText(LARGEST_INLINE - 100, LARGEST_INLINE + 10), 60), []);
});

test("large bytes beside a message that fits its box, and beside one that does not", async () => {
  for (const size of [0, 1, LARGEST_INLINE - 100, LARGEST_INLINE, LARGEST_INLINE + 1]) {
    const given = { text: "t".repeat(size), bytes: patterned(LARGE), after: "after" };
    const copy = await within(through(given));
    assert.is(copy.text, given.text, `${size}`);
    assert.ok(isPatterned(copy.bytes, LARGE));
    assert.is(copy.after, "after");
  }
});

test("the same as arguments and results of tasks", async () => {
  const sizes = [
    0,
    1,
    2,
    ...Array.from({ length: 40 }, (_, i) => LARGE - 20 + i),
    2 * LARGEST_INLINE,
    2 ** 20,
  ];
  for (const size of sizes) {
    assert.ok(isPatterned(await within(through(patterned(size))), size), `${size} bytes`);
  }
  for (let size = LARGEST_INLINE - 190; size < LARGEST_INLINE + 10; size++) {
    const text = "t".repeat(size);
    assert.ok((await within(through(text))) === text, `${size} characters`);
  }
});

test("256 MiB there and back", async () => {
  const size = 256 * 2 ** 20;
  assert.ok(isPatterned(await within(through(patterned(size)), 100), size));
});

const names = Object.keys(refusals());

function assertRefused(error: unknown, path: string): void {
  assert.instance(error, NotTransferable, path);
  assert.is((error as NotTransferable).path, path);
  assert.ok((error as Error).message.includes(`${path}: `), (error as Error).message);
}

for (const name of names) {
  test(`${name} is refused, with the path to it`, async () => {
    const value = refusals()[name];
    const began = blocking.never as ((...args: unknown[]) => Promise<string>) & FromBlockingModule;
    assertRefused(await rejection(began(1, { deep: [value] })), "arguments[1].deep[0]");
    assertRefused(await rejection(asyncDef(began, value)), "arguments[0]");
    assertRefused(await rejection(blocking.refusedResult(name)), "result.rows[3].handle");

    const [argument, result, thrown] = (await within(blocking.refusedHere(name))) as unknown[];
    assertRefused(argument, "arguments[0].at[0]");
    assertRefused(result, "result.rows[1].handle");
    // An error arrives without the property that cannot cross; the others stay.
    for (const error of [thrown, await rejection(blocking.refusedError(name))]) {
      assert.instance(error, RangeError);
      assert.is((error as Error).message, "it arrives all the same");
      assert.equal(Object.keys(error as Error), ["rows"]);
    }
    assert.is(await within(blocking.goesOn(name)), 2);
  });
}

test.run();
