// Arrays of elements that are alike are written as columns, where it must show nowhere but in the time they take.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { NotTransferable } from "../../src/base/errors.ts";
import { runChild } from "../support/child.ts";
import { root, runsFile, name as runtime } from "../support/this_runtime.ts";
import { difference, encode, roundTrip } from "./round_trip.ts";

const test = suite("alike");

type Row = Record<string, unknown>;

function crosses(value: unknown, name?: string): void {
  assert.is(difference(value, roundTrip(value)), "", name);
}

/** Arrays around the length from which on it is looked whether they are alike, and large ones. */
const LENGTHS = [0, 1, 7, 8, 9, 100, 1500];

const KINDS: Record<string, (i: number) => unknown> = {
  "small integers": (i) => i,
  "large integers": (i) => [2 ** 31 - 1, -(2 ** 31), 0, -1][i % 4],
  "integers and one that is too large": (i) => (i === 6 ? 2 ** 31 : i),
  "integers and minus zero": (i) => (i === 6 ? -0 : i),
  floats: (i) => i / 7,
  "floats of all sorts": (i) => [Number.NaN, -0, 0, Number.POSITIVE_INFINITY, 5e-324][i % 5],
  booleans: (i) => i % 3 === 0,
  strings: (i) => `string ${i}`,
  "empty strings": () => "",
  "strings, some of them empty": (i) => (i % 3 ? "" : `${i}`),
  "strings of several planes": (i) => ["é", "漢字", "👍", "a"][i % 4],
  "halves of pairs": (i) => ["\ud83d", "\ude00"][i % 2],
  "halves of pairs, the other way round": (i) => ["\ude00", "\ud83d"][i % 2],
  "strings too long to stand together": (i) => "x".repeat(1020 + (i % 9)),
  dates: (i) => new Date(i * 1000),
  "dates in no order": (i) => new Date((i * 7919) % 1000),
  "dates, some of them invalid": (i) => new Date(i % 4 ? i : Number.NaN),
  bigints: (i) => BigInt(i),
  "one thing at the end that is of another kind": (i) => (i % 8 === 7 ? "seven" : i),
  nulls: () => null,
  undefineds: () => undefined,
  "objects of other shapes": (i) => ({ [`key${i}`]: i }),
  arrays: (i) => [i, [i]],
  "booleans and numbers": (i) => (i % 2 ? true : 1),
};

for (const [name, make] of Object.entries(KINDS)) {
  test(`an array of ${name}, and rows of them`, () => {
    for (const length of LENGTHS) {
      const array = Array.from({ length }, (_, i) => make(i));
      crosses(array, `${length}`);
      crosses(array.map((value, i) => ({ i, value, last: -i })));
      for (const at of [0, length >> 1, length - 1]) {
        if (at < 0 || at >= length) continue;
        crosses(array.with(at, null), `null at ${at} of ${length}`);
        crosses(array.with(at, undefined), `undefined at ${at} of ${length}`);
        crosses(array.map((value, i) => ({ value: i >= at ? null : value })));
      }
    }
  });
}

test("what is alike takes the room of its columns", () => {
  const room = (value: unknown) => encode(value).bytes.length;
  const of = (make: (i: number) => unknown) => Array.from({ length: 1000 }, (_, i) => make(i));
  const columns: [bytes: number, array: unknown[]][] = [
    [1000, of((i) => i % 2 === 0)],
    [1000, of(() => null)],
    [4000, of((i) => i * 1000)],
    [8000, of((i) => i / 3)],
    [8000, of((i) => new Date(i))],
    [900 * 8 + 1000, of((i) => (i % 10 ? i / 3 : null))],
    [6000, of((i) => `s${1000 + i}`)],
  ];
  for (const [bytes, array] of columns) {
    assert.ok(room(array) <= bytes + 100, `${room(array)} are more than ${bytes}`);
    const rows = array.map((value, i) => ({ "a long name for a key": value, id: i }));
    assert.ok(room(rows) <= bytes + 4000 + 100, `${room(rows)} in rows`);
  }
});

test("texts of every length around where one is full", () => {
  for (const piece of ["a", "é", "漢", "\ud83d\ude00", "\ud83d"]) {
    for (const total of [4094, 4095, 4096, 4097, 8191, 8192, 8193]) {
      const strings = Array.from({ length: 10 }, () => piece.repeat(Math.floor(total / 10 / piece.length)));
      strings.push(piece.repeat((total - strings.join("").length) / piece.length));
      crosses([...strings, "after"], `${piece} ${total}`);
      crosses({ strings, more: Object.fromEntries(strings.map((s, i) => [`${i}${s.slice(0, 5)}`, s])) });
    }
  }
});

test("strings beyond those that stand alone, mixed with other values", () => {
  for (const count of [15, 16, 17, 18, 400]) {
    const object: Row = {};
    for (let i = 0; i < count; i++)
      object[`key ${i}`] = i % 3 ? `value ${i}` : [i, "x".repeat((i * 97) % 1100)];
    crosses(object, `${count}`);
  }
});

test("rows whose keys differ midway", () => {
  for (const at of [0, 1, 5, 8]) {
    const rows = (other: (i: number) => object) =>
      Array.from({ length: 9 }, (_, i) => (i === at ? other(i) : { a: i, b: `${i}` }));
    crosses(rows((i) => ({ b: "first", a: i })));
    crosses(rows((i) => ({ a: i })));
    crosses(rows((i) => ({ a: i, b: 2, c: 3 })));
    crosses(rows((i) => ({ a: i, c: 2 })));
    crosses(rows(() => ({})));
    crosses(rows((i) => Object.assign(Object.create(null), { a: i, b: 2 })));
    crosses(rows((i) => [i, 2]));
    crosses(rows((i) => Object.assign([], { a: i, b: 2 })));
    crosses(rows((i) => new Map([[i, 2]])));
    crosses(rows(() => new Date(5)));
    const copy = roundTrip(rows((i) => Object.defineProperty({ a: i }, "b", { value: 2 })));
    assert.equal(Object.keys(copy[at] as object), ["a"]);
  }
});

test("keys of all sorts", () => {
  for (const keys of [
    ["2", "10", "1", "b", "a"],
    ["", "a b", '"', "\\", "\u2028", "日本", "\ud800"],
    ["constructor", "toString", "length"],
  ]) {
    const rows = Array.from({ length: 600 }, (_, i) => Object.fromEntries(keys.map((key) => [key, i])));
    for (let n = 0; n < 3; n++) crosses(rows, keys.join());
  }
  crosses(Array.from({ length: 10 }, (_, i) => JSON.parse(`{ "a": ${i}, "__proto__": { "evil": ${i} } }`)));
  crosses(Array.from({ length: 10 }, () => ({})));
  crosses(
    Array.from({ length: 9 }, (_, i) =>
      Object.fromEntries(Array.from({ length: 300 }, (_, k) => [`k${k}`, k * i])),
    ),
  );
});

test("rows of a class without methods, without a prototype, of another realm", () => {
  class Point {
    x = 1;
    y = "two";
  }
  const copies = roundTrip(Array.from({ length: 10 }, () => new Point()));
  assert.is(
    difference(
      Array.from({ length: 10 }, () => ({ x: 1, y: "two" })),
      copies,
    ),
    "",
  );
  crosses(Array.from({ length: 10 }, (_, i) => Object.assign(Object.create(null), { i })));
});

test("what somebody has put on Object.prototype is nobody's own", () => {
  const rows: Row[] = Array.from({ length: 10 }, (_, i) => ({ a: i, inherited: i }));
  rows.push({ a: 10 });
  Object.defineProperty(Object.prototype, "inherited", {
    value: 1,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  try {
    const copy = roundTrip(rows);
    assert.equal(Object.keys(copy[10] as Row), ["a"]);
    assert.equal(Object.keys(copy[9] as Row), ["a", "inherited"]);
  } finally {
    Reflect.deleteProperty(Object.prototype, "inherited");
  }
});

test("accessors are read once, in order, wherever they stand", () => {
  for (const first of [0, 3]) {
    let read = 0;
    const rows = Array.from({ length: 10 }, (_, i) => {
      if (i < first) return { a: -1, b: -1 };
      return {
        get a() {
          return read++;
        },
        get b() {
          return read++;
        },
      };
    });
    const copy = roundTrip(rows);
    assert.is(read, 2 * (10 - first));
    assert.equal(
      copy.slice(first).map(({ a }) => a),
      Array.from({ length: 10 - first }, (_, i) => 2 * i),
    );
  }
});

test("an accessor that changes the rows it stands in", () => {
  const rows: Row[] = Array.from({ length: 10 }, (_, i) => ({ a: i, b: i }));
  rows[4] = {
    get a() {
      delete rows[6]?.a;
      (rows[7] as Row).c = "too late";
      rows.length = 8;
      return "changed";
    },
    b: 4,
  };
  const copy = roundTrip(rows);
  assert.is(copy.length, 10);
  assert.is(copy[4]?.a, "changed");
  assert.is(copy[6]?.a, undefined);
  assert.equal(copy[9], { a: 9, b: 9 });
});

test("identity: rows that stand several times", () => {
  const row = { id: 1, name: "one" };
  for (const ids of [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [8, 3, 1, 2, 9, 7, 7, 7],
  ]) {
    const rows: Row[] = ids.map((id) => ({ id, name: `${id}` }));
    crosses([...rows, rows[3]]);
    crosses([rows[0], ...rows]);
    crosses([rows, rows]);
    crosses([rows, rows.slice()]);
    crosses([rows.slice(2), rows.slice(0, 8), rows]);
    crosses({ first: rows[0], rows, last: rows[7] });
    crosses({ rows, some: [rows[2], rows[5]], set: new Set(rows), map: new Map(rows.map((r) => [r, r])) });
    crosses([Array.from({ length: 20 }, () => row), row]);
  }
});

test("identity: dates and other objects that rows share", () => {
  const now = new Date(1);
  const shared = { list: [1, 2, 3], now };
  for (const makes of [
    (i: number) => ({ i, a: now, b: new Date(i) }),
    (i: number) => ({ i, a: new Date(i), b: i === 5 ? now : new Date(i), c: now }),
    (i: number) => ({ i, shared }),
    (i: number) => ({ i, shared: i % 2 ? shared : [shared], now }),
  ]) {
    const rows = Array.from({ length: 12 }, (_, i) => makes(i));
    crosses(rows);
    crosses([now, rows, shared]);
    crosses([shared, rows, rows.slice(3), now]);
  }
  const both = Array.from({ length: 10 }, (_, i) => new Date(i));
  crosses(both.map((date) => ({ created: date, updated: date })));
  crosses([both, both.slice(), both.toReversed(), [...both, both[2]]]);
});

test("identity: rows in a circle", () => {
  interface Node extends Row {
    id: number;
    next?: Node;
    all?: Node[];
  }
  const nodes: Node[] = Array.from(
    { length: 10 },
    (_, id) => ({ id, next: undefined, all: undefined }) as unknown as Node,
  );
  for (const node of nodes) {
    node.next = nodes[(node.id + 1) % 10] as Node;
    node.all = nodes;
  }
  crosses(nodes);
  crosses(nodes[3]);
});

test("rows in rows", () => {
  const rows = (count: number, depth: number): Row[] =>
    Array.from({ length: count }, (_, id) => ({
      id,
      text: `${id}`,
      rows: depth > 0 ? rows(count, depth - 1) : null,
    }));
  crosses(rows(9, 2));
  crosses(rows(7, 2));
  let deep: unknown = "bottom";
  for (let i = 0; i < 600; i++)
    deep = Array.from({ length: 8 }, (_, n) => ({ n, deep: n === 3 ? deep : null }));
  crosses(deep);
  // Beyond what is allowed, however little of the stack each level takes.
  for (let i = 0; i < 2000; i++)
    deep = Array.from({ length: 8 }, (_, n) => ({ n, deep: n === 3 ? deep : null }));
  assert.throws(() => encode(deep), /nested so deeply/);
});

test("refusals name their path, and leave nothing behind", () => {
  const rows = (at: number, value: unknown) =>
    Array.from({ length: 10 }, (_, i) => ({ id: i, handle: i === at ? value : "fine" }));
  for (const at of [0, 4, 9]) {
    for (const [value, path] of [
      [Symbol("s"), ""],
      [() => {}, ""],
      [{ then() {} }, ""],
      [[1, new WeakMap()], "[1]"],
    ] as const) {
      assert.throws(
        () => encode(rows(at, value)),
        (error: NotTransferable) => error.path === `result[${at}].handle${path}`,
      );
      crosses(rows(at, "fine"));
    }
  }
  const thenable = Array.from({ length: 10 }, (_, i) => ({ i, then: i === 6 ? () => {} : null }));
  assert.throws(
    () => encode(thenable),
    (error: NotTransferable) => error.path === "result[6]",
  );
  const fake = Object.create(Date.prototype);
  assert.throws(
    () => encode(rows(5, fake)),
    (error: NotTransferable) => error.path === "result[5].handle",
  );
  assert.throws(
    () =>
      encode(
        rows(
          5,
          new (class extends Date {
            extra() {}
          })(),
        ),
      ),
    /handle/,
  );
});

test("a field of an error that is given up takes its texts, shapes and numbers along", () => {
  const shared = { a: 1 };
  const rows = Array.from({ length: 9 }, (_, i) => ({ i, date: new Date(i), s: `text ${i}`, shared }));
  const bad = Object.assign(new Error("bad"), { rows: [...rows, Symbol()], good: rows, shared });
  const [before, copy, after] = roundTrip([rows.slice(0, 2), bad, rows, "text".repeat(10)]);
  assert.not.ok(Object.hasOwn(copy as object, "rows"));
  assert.is(difference(rows, (copy as typeof bad).good), "");
  assert.is((copy as typeof bad).shared, (before as typeof rows)[0]?.shared);
  assert.is((after as typeof rows)[1], (before as typeof rows)[1]);
  assert.is((after as typeof rows)[8], (copy as typeof bad).good[8]);
});

test("where the program forbids to compile strings, rows cross as well", async () => {
  if (runtime === "bun") return; // It cannot be forbidden there.
  const [program, ...args] = runsFile("test/fixtures/rows_without_compiling.ts");
  const flag = "--disallow-code-generation-from-strings";
  if (runtime === "node") args.unshift(flag);
  else args.splice(1, 0, `--v8-flags=${flag}`);
  const { stdout } = await runChild([program, ...args], { cwd: root, seconds: 30 });
  assert.is(stdout.trim(), "EvalError, 3000 rows");
});

test.run();
