import { suite } from "uvu";
import * as assert from "uvu/assert";
import { isPlain, plainText, plainValue } from "../../src/wire/plain_text.ts";

const test = suite("plain values as JSON");

test("what JSON says exactly", () => {
  for (const value of [0, -1.5, "é\n", true, null, [], [1, "b", null], {}, { a: 1, b: "c" }]) {
    assert.equal(JSON.parse(plainText(value) as string), value);
    assert.equal(plainValue(plainText(value) as string), value);
    assert.ok(isPlain(value));
  }
  assert.is(plainValue(plainText(undefined) as string), undefined);
});

test("dates in a plain object", () => {
  const dates = [new Date(0), new Date(8.64e15), new Date(-1), new Date("2024-02-29T12:34:56.789Z")];
  for (const date of dates) {
    const value = { id: 1, date, other: null, 7: "D", ["__proto__"]: "own" };
    const text = plainText(value) as string;
    const back = plainValue(text) as typeof value;
    assert.equal(back, value);
    assert.instance(back.date, Date);
    assert.equal(Object.keys(back), Object.keys(value));
    assert.equal(value.date, date);
    assert.not(isPlain(value));
  }
  const own = JSON.parse('{ "__proto__": 0 }');
  Object.defineProperty(own, "__proto__", { value: new Date(5), enumerable: true });
  const back = plainValue(plainText(own) as string) as object;
  assert.is(Object.getPrototypeOf(back), Object.prototype);
  assert.equal(Object.getOwnPropertyDescriptor(back, "__proto__")?.value, new Date(5));
});

test("dates that are more than that", () => {
  class Moment extends Date {}
  const date = new Date(0);
  const named = Object.assign(new Date(0), { zone: "UTC" });
  const values = [
    new Date(Number.NaN),
    new Moment(),
    named,
    Object.create(Date.prototype),
    new Proxy(date, {}),
  ];
  for (const at of values) assert.is(plainText({ id: 1, at }), undefined);
  assert.is(plainText({ from: date, to: date }), undefined, "two that are one");
  assert.is(plainText([date]), undefined);
  assert.is(plainText({ from: new Date(0), to: new Date(0) }) === undefined, false);
});

test("an array with a hole and as many names is not, nor is one with either", () => {
  const named = Object.assign([1, 2], { extra: 3 });
  const both = Object.assign([false, true, true], { extra: 3 });
  delete both[1];
  for (const value of [new Array(2), named, both]) assert.is(plainText(value), undefined);
});

test("what JSON would change", () => {
  const accessor = Object.defineProperty({}, "a", { enumerable: true, get: () => 1 });
  const hidden = Object.defineProperty({ a: 1 }, "b", { value: 2 });
  const values = [-0, Number.NaN, Number.POSITIVE_INFINITY, 1n, new Date(), [[1]], { a: undefined }];
  const objects = [accessor, hidden, { [Symbol.iterator]: 1 }, new Proxy({}, {}), { toJSON: 1 }, new Map()];
  for (const value of [...values, ...objects]) {
    assert.is(plainText(value), undefined);
    assert.not(isPlain(value));
  }
  assert.not(isPlain(undefined));
});

test.run();
