// Where the stack is full, that is what the error says: never that a value cannot cross.

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { encode } from "./round_trip.ts";

const test = suite("full stack");

/** So many levels before the stack is full, a value is written at each. */
const LEVELS = 600;

let compiled = 0;

/** A regular expression that the engine has not compiled before. */
const regexp = () => new RegExp(`^[\\p{ID_Start}$_][\\p{ID_Continue}$]*${compiled++}$`, "u");

const rows = (value: unknown) =>
  Array.from({ length: 8 }, (_, n) => ({ n, "no identifier": n === 3 ? value : null }));

const MAKES: Record<string, () => unknown> = {
  "rows of rows": () => rows(rows({ ünïcode: 1 })),
  objects: () => ({ a: { "no identifier": [1, { date: new Date(1) }] } }),
  "a date": () => Object.assign(new Date(1), { extra: 1 }),
  dates: () => Array.from({ length: 9 }, (_, i) => new Date(i)),
  collections: () => new Map<unknown, unknown>([[{ key: 1 }, new Set([new Map([[1n, 2]])])]]),
  "a view": () => new Uint16Array(10),
  "a view of a part": () => new DataView(new ArrayBuffer(8), 4),
  "a buffer": () => new ArrayBuffer(8),
  "a regular expression": () => /a(b)c/giu,
  "a boxed value": () => Object("text"),
  "an array with holes and names": () => Object.assign([1, , 3], { name: 1 }),
  "what is hidden": () => Object.defineProperty({ a: 1 }, Symbol.for("key"), { value: [1] }),
  "an accessor that compiles a regular expression": () => ({
    get matches() {
      return regexp().test("text");
    },
  }),
  "an accessor that writes JSON": () => ({
    get json() {
      return JSON.stringify({ a: [1, { b: 2 }] });
    },
  }),
};

/** Calls a function at each of the last levels before the stack is full. Gives how many there were above. */
function nearFull(call: () => void): number {
  let above: number;
  try {
    above = nearFull(call);
  } catch {
    // The stack is full here.
    above = 0;
  }
  if (above < LEVELS) call();
  return above + 1;
}

for (const [name, make] of Object.entries(MAKES)) {
  test(name, () => {
    const thrown = new Set<unknown>();
    nearFull(() => {
      let value: unknown;
      try {
        value = make();
      } catch {
        // There is not even enough stack to make it.
        return;
      }
      try {
        encode(value);
      } catch (error) {
        thrown.add(error);
      }
    });
    for (const error of thrown) {
      assert.instance(error, RangeError, `${error}`);
    }
  });
}

test.run();
