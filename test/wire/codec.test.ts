import vm from "node:vm";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NotTransferable } from "../../src/base/errors.ts";
import { type AnyFunction, type Extension, Reader, Writer } from "../../src/wire/codec.ts";
import { decode, difference, encode, NO_FUNCTIONS, roundTrip } from "./round_trip.ts";

const test = suite("codec");

function crosses(value: unknown, name?: string): void {
  assert.is(difference(value, roundTrip(value)), "", name);
}

function failure(value: unknown): unknown {
  try {
    encode(value);
  } catch (error) {
    return error;
  }
  throw new Error("it was not refused");
}

/** All own properties, hidden ones and symbols too, as text. */
function all(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const keys = Reflect.ownKeys(value).map((key) => `${String(key)}: ${all(Reflect.get(value, key))}`);
  return `{ ${keys.join(", ")} }`;
}

const NUMBERS = [
  0,
  -0,
  1,
  127,
  128,
  -1,
  -128,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  -(2 ** 31) - 1,
  2 ** 53,
  1.5,
].concat([1e308, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1.7e12]);

const STRINGS = [
  "",
  "a",
  "é",
  "ÿ",
  "Ā",
  "日本語",
  "👍",
  "\0",
  "\ufeffbyte order mark",
  "\ud800",
  "\udc00x",
  "x\ud83d",
];

function argumentsOf(..._: number[]): object {
  return arguments;
}

test("primitives", () => {
  for (const value of [undefined, null, true, false, ...NUMBERS, ...STRINGS])
    crosses(value, `primitive ${String(value)}`);
  for (const n of [0n, 1n, -1n, 2n ** 63n, -(2n ** 64n), 10n ** 400n, -(10n ** 400n)]) crosses(n);
});

test("strings of every length and plane", () => {
  for (const s of ["a", "é", "я", "漢", "👍", "\ud800", "a👍", "é漢", "\ufeff"]) {
    for (let n = 0; n < 140; n++) crosses(s.repeat(n), `${s} ${n} times`);
    for (const n of [1023, 1024, 4095, 4096, 4097, 20_000]) crosses(s.repeat(n), `${s} ${n} times`);
  }
  for (const s of ["abc ", "漢字", "👍", "\udfff"])
    assert.ok(roundTrip(s.repeat(700_000)) === s.repeat(700_000), s);
});

test("objects", () => {
  class Point {
    x = 1;
    y = [2];
  }
  const plain: Record<string, [value: object, copy: object]> = {
    "an instance without methods": [new Point(), { x: 1, y: [2] }],
    arguments: [argumentsOf(1, 2), { 0: 1, 1: 2 }],
    "a getter": [
      {
        get a() {
          return 1;
        },
      },
      { a: 1 },
    ],
    "a hidden symbol that no other thread knows": [
      Object.defineProperty({ a: 1 }, Symbol("s"), { value: 2 }),
      { a: 1 },
    ],
  };
  for (const [name, [value, copy]] of Object.entries(plain))
    assert.is(difference(copy, roundTrip(value)), "", name);
  const same: object[] = [
    {},
    { a: 1 },
    { a: undefined },
    { "": 0, "a-b": 1, 7: 2, 日本: 3 },
    { a: { b: { c: {} } } },
    [[], [[]]],
    Object.assign(Object.create(null), { a: 1 }),
    [Object.create(null), Object.create(null), {}],
    [undefined, null],
    Array.from({ length: 300 }, (_, i) => i * 1000),
    [{ a: 1 }, { a: 2 }, { b: 1 }, { a: 3 }],
    Array.from({ length: 30 }, (_, i) => ({ [`k${i % 11}`]: i, n: { i } })),
    new Map<unknown, unknown>([
      [1, "a"],
      [{ a: 1 }, new Map()],
      [Number.NaN, -0],
    ]),
    new Set<unknown>([1, "a", [], new Set()]),
    new Date(0),
    new Date(Number.NaN),
    new Date(8.64e15),
    /a\/b/giu,
    /[\p{L}--a]/v,
    /(?:)/,
    /日\n/,
    Object(1),
    Object(-0),
    Object("s"),
    Object(true),
    Object(5n),
    Object.assign(new Array(3), { 0: 1, 2: 3 }),
    Object.assign(new Array(300), { 299: undefined }),
    new Array(5),
    Object.assign([1, 2], { a: 1, "-1": 2, "01": 3, 4294967295: 4 }),
    Object.assign(new Array(2), { 1: 1, b: 1 }),
  ];
  for (const value of same) crosses(value);
  const match = /(?<year>\d+)-(\d)?/.exec("in 2024-") as RegExpExecArray;
  crosses(match);
  assert.is(roundTrip(match).groups?.year, "2024");
});

test("a key named __proto__ sets no prototype", () => {
  for (const json of ['{"__proto__":{"a":1},"b":2}', '[{"__proto__":1},{"__proto__":2}]'])
    crosses(JSON.parse(json));
  crosses(Object.assign([], JSON.parse('{"a":1}')));
  const array = Object.defineProperty([1], "__proto__", { value: { evil: true }, enumerable: true });
  assert.ok(Array.isArray(roundTrip(array)) && Object.getPrototypeOf(roundTrip(array)) === Array.prototype);
});

test("a sparse array takes as much room as its elements", () => {
  const sparse: unknown[] = [];
  sparse[999_999_999] = "x";
  const packet = encode(sparse);
  assert.ok(packet.bytes.length < 30);
  const copy = decode(packet) as unknown[];
  assert.is(copy.length, 1e9);
  assert.equal(Object.keys(copy), ["999999999"]);
  crosses(Object.assign([], { length: 2 ** 32 - 1 }));
});

test("identity: cycles and shared objects", () => {
  const shared = { s: new Date(1), boxed: Object(1) };
  const value: Record<string, unknown> = { shared, again: [shared, shared.s, shared.boxed], map: new Map() };
  value.self = value;
  (value.map as Map<unknown, unknown>).set(value, value.map).set("set", new Set([shared, value]));
  crosses(value);
  const array: unknown[] = [];
  array.push(array, Object.assign(new Array(3), { 0: 1, 2: array, array }));
  crosses(array);
});

test("identity spans all values of a message, and none beyond", () => {
  const writer = new Writer(NO_FUNCTIONS);
  const reader = new Reader(NO_FUNCTIONS);
  const object = { a: [1] };
  for (let i = 0; i < 3; i++) {
    writer.begin();
    writer.uint(2 ** 53 - 1);
    writer.value(object, "a");
    writer.string("between\ud800");
    writer.value([object.a, object], "b");
    const { bytes } = writer.finish();
    reader.begin(bytes, []);
    assert.is(reader.uint(), 2 ** 53 - 1);
    const first = reader.value() as typeof object;
    assert.is(reader.string(), "between\ud800");
    const [a, whole] = reader.value() as [unknown, unknown];
    reader.end();
    assert.is(a, first.a);
    assert.is(whole, first);
  }
});

test("integers beside values", () => {
  const writer = new Writer(NO_FUNCTIONS);
  const reader = new Reader(NO_FUNCTIONS);
  const numbers = Array.from({ length: 53 }, (_, i) => [2 ** i - 1, 2 ** i, 2 ** i + 1]).flat();
  writer.begin();
  for (const n of numbers) writer.uint(n);
  reader.begin(writer.finish().bytes, []);
  for (const n of numbers) assert.is(reader.uint(), n);
});

test("subclasses without methods cross as their base", () => {
  class Result extends Array<unknown> {
    constructor() {
      super();
      Object.defineProperties(this, { count: { value: 3, writable: true }, command: { value: "SELECT" } });
    }
    static override get [Symbol.species]() {
      return Array;
    }
  }
  const result = new Result();
  result.push({ a: 1 }, { a: 2 });
  assert.is(difference([{ a: 1 }, { a: 2 }], roundTrip<unknown[]>(result)), "");
  class Table extends Map<string, number> {}
  class Moment extends Date {}
  assert.is(difference(new Map([["a", 1]]), roundTrip(new Table([["a", 1]]) as Map<string, number>)), "");
  assert.is(difference(new Date(5), roundTrip(new Moment(5) as Date)), "");
});

test("values of another realm cross as this realm's", () => {
  const code =
    "({ a: [1, , 3], d: new Date(5), m: new Map([[1, new Set([2])]]), r: /x/g, e: new RangeError('far') })";
  const copy = roundTrip(vm.runInNewContext(code));
  const same = {
    a: Object.assign(new Array(3), { 0: 1, 2: 3 }),
    d: new Date(5),
    m: new Map([[1, new Set([2])]]),
  };
  const { e: error, ...rest } = copy;
  assert.is(difference({ ...same, r: /x/g }, rest), "");
  assert.is(Object.getPrototypeOf(copy), Object.prototype);
  assert.instance(error, RangeError);
  assert.is(error.message, "far");
  const bytes = roundTrip(vm.runInNewContext("new Uint8Array([1, 2])"));
  assert.is(difference(Uint8Array.of(1, 2), bytes), "");
});

test("a module's namespace crosses as an object without prototype", async () => {
  const copy = roundTrip(await import("../../src/wire/tags.ts"));
  assert.is(Object.getPrototypeOf(copy), null);
  assert.is(copy.NULL, 1);
});

test("what throws when it is read is refused, with the path to it and what was thrown", () => {
  const error = new TypeError("mine");
  const throws = (): never => {
    throw error;
  };
  const getter = Object.defineProperty({ b: 1 }, "a", { get: throws, enumerable: true });
  const rows = (bad: object): object[] =>
    Array.from({ length: 12 }, (_, i) => (i === 7 ? bad : { b: i, a: i }));
  const cases: Record<string, unknown> = {
    "result.a": getter,
    "result.x.a": { x: getter },
    "result[0].a": [getter],
    "result[7].a": rows(getter),
    'result.get("k").a': new Map([["k", getter]]),
    "[...result][0].a": new Set([getter]),
    "result[3]": Object.defineProperty([1, 2, 3, 4], 3, { get: throws, enumerable: true }),
    "result.named": Object.defineProperty([1, 2], "named", { get: throws, enumerable: true }),
    "result.p": { p: new Proxy({}, { ownKeys: throws }) },
    result: new Proxy({}, { getPrototypeOf: throws }),
  };
  for (const [path, value] of Object.entries(cases)) {
    const thrown = failure(value);
    assert.instance(thrown, NotTransferable, path);
    assert.is((thrown as NotTransferable).path, path);
    assert.match((thrown as Error).message, /reading it threw TypeError: mine/);
    assert.is((thrown as Error).cause, error);
  }
  assert.match(
    (
      failure({
        get a() {
          throw new WeakMap();
        },
      }) as Error
    ).message,
    /threw an instance of WeakMap/,
  );
});

test("a hidden accessor that throws is refused to whoever reads it there, and takes nothing with it", () => {
  const object = Object.defineProperty({ a: 1 }, "b", {
    get() {
      throw new TypeError("mine");
    },
  });
  const copy = roundTrip([object])[0] as { a: number; b: unknown };
  assert.is(copy.a, 1);
  assert.is(Object.keys(copy).join(), "a");
  assert.throws(() => copy.b, /reading it threw TypeError: mine/);
});

test("symbols that every thread knows, and what hides", () => {
  const known = Symbol.for("known");
  const value = Object.defineProperties(
    { [known]: [1, { [Symbol.toStringTag]: "Tagged" }], a: known, b: Symbol.iterator },
    { hidden: { value: { deep: 1 } }, [Symbol.for("hidden too")]: { value: 2 } },
  );
  const copy = roundTrip(value) as Record<string | symbol, unknown>;
  assert.equal(Reflect.ownKeys(copy), Reflect.ownKeys(value));
  assert.equal(Object.keys(copy), ["a", "b"]);
  assert.is(Object.prototype.toString.call((copy[known] as object[])[1]), "[object Tagged]");
  assert.is(copy.a, known);
  assert.is(copy.b, Symbol.iterator);
  assert.equal(copy.hidden, { deep: 1 });
  assert.is(copy[Symbol.for("hidden too")], 2);
  const others: object[] = [
    Object.defineProperty([{ x: 1 }], "count", { value: 1 }),
    Object.defineProperty(new Map([[1, 2]]), "size of it", { value: 1 }),
    Object.assign(new Date(5), { zone: "UTC" }),
    Object.assign(/x/g, { why: [1] }),
    Object.assign(new Set([1]), { [known]: 1 }),
    Array.from({ length: 20 }, (_, i) => (i === 9 ? { i, [known]: i } : { i })),
    Array.from({ length: 20 }, (_, i) => Object.defineProperty({ i }, "hidden", { value: i })),
    Object.assign(
      Array.from({ length: 200 }, (_, i) => i),
      { [Symbol.for("more")]: 1 },
    ),
    Object.assign(Object.create(null), { [known]: 1 }),
  ];
  for (const other of others) {
    const got = roundTrip(other);
    assert.is(difference(other, got), "");
    assert.is(all(got), all(other));
  }
  for (const [path, bad] of Object.entries({
    "result[Symbol(mine)]": { [Symbol("mine")]: 1 },
    "result.a[0][Symbol(mine)]": { a: [{ b: 1, [Symbol("mine")]: 1 }] },
    "result.where": { where: Symbol("mine") },
  })) {
    const error = failure(bad) as NotTransferable;
    assert.instance(error, NotTransferable);
    assert.is(error.path, path);
    assert.match(error.message, /Symbol\(mine\).*Symbol\.for\(\)/);
  }
});

test("what hides and cannot be copied says so when it is read", () => {
  const copy = roundTrip(Object.defineProperty({ a: 1 }, "secret", { value: new WeakMap() })) as {
    secret?: unknown;
  };
  assert.equal(Object.keys(copy), ["a"]);
  assert.throws(() => copy.secret, /value\.secret: an instance of WeakMap/);
});

test("each element and property is read once", () => {
  const reads = new Map<string, number>();
  const counting = (target: object, name: string): object =>
    new Proxy(target, {
      get(of, key, receiver) {
        if (typeof key === "string" && Object.hasOwn(of, key) && key !== "length") {
          reads.set(`${name}.${key}`, (reads.get(`${name}.${key}`) ?? 0) + 1);
        }
        return Reflect.get(of, key, receiver);
      },
    });
  const value = {
    few: counting([1, "a"], "few"),
    many: counting(
      Array.from({ length: 20 }, (_, i) => i),
      "many",
    ),
    words: counting(
      Array.from({ length: 20 }, (_, i) => `w${i}`),
      "words",
    ),
    holes: counting(Object.assign(new Array(12), { 3: 1, named: 2 }), "holes"),
    rows: Array.from({ length: 20 }, (_, i) => counting({ i, n: `row ${i}` }, `row${i}`)),
    thenable: counting({ then: 1, a: 2 }, "thenable"),
    hidden: counting(Object.defineProperty({ a: 1 }, "b", { value: 2, configurable: true }), "hidden"),
    error: counting(Object.assign(new Error("e"), { code: 1 }), "error"),
  };
  roundTrip(value);
  assert.ok(reads.size > 80);
  assert.equal(
    [...reads].filter(([, count]) => count !== 1),
    [],
  );
});

test("what stands in a place that cannot be written, and in one that can, is read once", () => {
  /** An object each of whose readings gives another value: as a property, an element, in an error, and what hides. */
  const counting = () => {
    let reads = 0;
    const get = () => ++reads;
    const common = { get, configurable: true };
    const error = Object.defineProperty(new Error("x"), "detail", { ...common, enumerable: true });
    const elements = Object.defineProperty([0, 1, 2], 1, { ...common, enumerable: true });
    const hiding = Object.defineProperty({ a: 1 }, "hidden", common);
    const object = Object.defineProperty({ error, elements, hiding }, "own", { ...common, enumerable: true });
    return [object, () => reads] as const;
  };
  /** Those that hold it where nothing of it arrives: where it hides, in an error's field, among an error's errors. */
  const hidden = (item: object) => Object.defineProperty({}, "first", { value: { item, no: new WeakMap() } });
  const error = (item: object) => Object.assign(new Error("x"), { first: [item, new WeakMap()] });
  const errors = (item: object) => new AggregateError([[item, new WeakMap()], new WeakMap(), [item]], "all");
  const nested = (item: object) => Object.defineProperty({}, "outer", { value: { inner: hidden(item) } });
  for (const hold of [hidden, error, errors, nested]) {
    const [item, count] = counting();
    const [, copy] = roundTrip([hold(item), item]) as [unknown, typeof item];
    assert.is(count(), 4, hold.name);
    const { error: held, elements, hiding } = copy;
    const all = [copy, held, hiding].map((each) =>
      Reflect.get(each, each === copy ? "own" : each === held ? "detail" : "hidden"),
    );
    assert.equal([...all, elements[1]].sort(), [1, 2, 3, 4], hold.name);
  }
});

test("a getter that uses the writer is told so", () => {
  assert.throws(
    () =>
      encode({
        get a() {
          return roundTrip(1);
        },
      }),
    /reading it used the same writer/,
  );
  crosses({ a: 1 });
});

test("nesting: deep values work, or fail cleanly", () => {
  for (const wrap of [(a: unknown): unknown => ({ a }), (a: unknown): unknown => [a]]) {
    for (const depth of [500, 1000, 5000, 100_000]) {
      let value: unknown = 1;
      for (let i = 0; i < depth; i++) value = wrap(value);
      if (depth <= 1000) encode(value);
      else
        assert.throws(
          () => encode(value),
          (error: Error) => error instanceof RangeError && /nested so deeply/.test(error.message),
        );
      if (depth <= 1000) roundTrip(value);
    }
  }
  crosses([1]);
});

const counting = (): Extension & { asked: number } => ({
  asked: 0,
  write(value: AnyFunction, writer: Writer) {
    this.asked++;
    const known = functions.get(value);
    if (known === undefined) return false;
    writer.uint(functions.size);
    writer.string("fn");
    writer.value(known, "arguments");
    return true;
  },
  read: (reader) => [reader.uint(), reader.string(), reader.value()],
});
const functions = new Map<AnyFunction, unknown>();

test("functions are their owner's: also proxies, and once a message", () => {
  const hostile = new Proxy(() => {}, {
    get: () => {
      throw new Error("get");
    },
    has: () => {
      throw new Error("has");
    },
    getPrototypeOf: () => {
      throw new Error("getPrototypeOf");
    },
    ownKeys: () => {
      throw new Error("ownKeys");
    },
  });
  const shared = { shared: true };
  const inner = () => {};
  functions.clear();
  functions.set(hostile, [shared, inner]).set(inner, "inner").set(Date, shared);
  const extension = counting();
  const writer = new Writer(extension);
  const reader = new Reader(extension);
  writer.begin();
  writer.value({ then: 1, hostile, again: hostile, Date, shared, after: [1] }, "result");
  const { bytes } = writer.finish();
  reader.begin(bytes, []);
  const copy = reader.value() as Record<string, unknown>;
  reader.end();
  const standIn = [3, "fn", [shared, [3, "fn", "inner"]]];
  assert.equal(copy, {
    then: 1,
    hostile: standIn,
    again: standIn,
    Date: [3, "fn", shared],
    shared,
    after: [1],
  });
  assert.is(copy.hostile, copy.again);
  assert.is((copy.hostile as [0, 0, [unknown]])[2][0], copy.shared);
  assert.is(extension.asked, 3);
});

test("a refusal inside what an owner writes names its own root", () => {
  const call = () => {};
  functions.clear();
  functions.set(call, [1, { at: Symbol() }]);
  const writer = new Writer(counting());
  writer.begin();
  assert.throws(
    () => writer.value([call], "result"),
    (error: NotTransferable) => error.path === "arguments[1].at",
  );
});

test("a Symbol.toStringTag that is computed is read once, and refuses nothing by its kind", () => {
  const make = (base: object, enumerable: boolean) => {
    let reads = 0;
    const get = () => `read ${++reads} times`;
    return Object.defineProperty(base, Symbol.toStringTag, { get, enumerable, configurable: true });
  };
  for (const enumerable of [true, false]) {
    for (const base of [{}, { a: 1 }, [1], new Map([[1, 2]]), new Set([1]), Object.create(null)]) {
      const arrived = roundTrip(make(base, enumerable)) as object;
      const property = Object.getOwnPropertyDescriptor(arrived, Symbol.toStringTag);
      assert.equal([property?.value, property?.enumerable], ["read 1 times", enumerable]);
      assert.is(Object.getPrototypeOf(arrived), Object.getPrototypeOf(base));
    }
  }
  // One that lies is data like any other.
  class Lies {
    readonly [Symbol.toStringTag] = "Map";
  }
  assert.is(difference(roundTrip(new Lies()), { [Symbol.toStringTag]: "Map" }), "");
  assert.is(Object.prototype.toString.call(roundTrip(new Lies())), "[object Map]");
  class Methods {
    method(): void {}
  }
  for (const thrown of [undefined, new RangeError("no")]) {
    const get = () => {
      throw thrown;
    };
    for (const base of [new Methods(), { method() {} }, new WeakMap()]) {
      const error = failure([Object.defineProperty(base, Symbol.toStringTag, { get })]);
      assert.instance(error, NotTransferable);
      assert.match((error as Error).message, /^Cannot copy result\[0\]/);
    }
  }
});

test("an array with holes keeps what is not enumerable on it", () => {
  for (let holes = 0; holes < 4; holes++) {
    const array: unknown[] = [1, 2];
    array.length += holes;
    for (let hidden = 0; hidden < 4; hidden++) {
      crosses(array, `${holes} holes, ${hidden} hidden`);
      assert.is(all(roundTrip(array)), all(array));
      Object.defineProperty(array, `hidden ${hidden}`, { value: hidden });
    }
  }
});

test.run();
