import { suite } from "uvu";
import * as assert from "uvu/assert";
import { NotTransferable } from "../../src/base/errors.ts";
import { encode } from "./round_trip.ts";

const test = suite("refusals");

test("what can be neither copied nor called is refused, with the path to it", async () => {
  class Handle {
    #fd = 3;
    close() {
      return this.#fd;
    }
  }
  class Stack extends Array {
    peek() {
      return this[0];
    }
  }
  class Getter extends Map {
    get first() {
      return 1;
    }
  }
  const controller = new AbortController();
  const detached = new ArrayBuffer(8);
  const view = new Uint8Array(detached);
  structuredClone(detached, { transfer: [detached] });
  const refused: Record<string, unknown> = {
    "an instance of Handle": new Handle(),
    "an instance of Stack": new Stack(),
    "an instance of Getter": new Getter(),
    "an instance of AbortSignal": controller.signal,
    "a function": () => {},
    "an instance of Response": new Response(""),
    "an instance of Headers": new Headers(),
    "an instance of URL": new URL("http://x"),
    "an instance of Blob": new Blob([]),
    "an instance of WeakMap": new WeakMap(),
    "an instance of WeakSet": new WeakSet(),
    "an instance of WeakRef": new WeakRef({}),
    "an instance of Symbol": Object(Symbol()),
    "an instance of Generator": (function* () {})(),
    "an instance of Math": Math,
    "an object with methods": Object.create({ f() {} }),
    "an instance of Module": webAssemblyModule(),
    "a detached ArrayBuffer": detached,
    "a detached Uint8Array": view,
    "an object with methods ": Object.create(
      Object.create({
        get a() {
          return 1;
        },
      }),
    ),
  };
  for (const [what, value] of Object.entries(refused)) {
    const expected = `Cannot copy result.rows[3].handle: ${what.trim()} can be neither copied nor called; use hold() to keep it on its own side, or pass on its data`;
    const error = refusal({ rows: [1, 2, 3, { id: 1, handle: value }] });
    assert.is(error.message, expected);
    assert.is(error.path, "result.rows[3].handle");
    assert.instance(error, NotTransferable);
  }
  assert.match(
    refusal([][Symbol.iterator]()).message,
    /Cannot copy result: an instance of (Array )?Iterator can/,
  );
  const thenables: [value: unknown, what: string][] = [
    [Promise.resolve(), "an instance of Promise"],
    [{ then() {} }, "an object with a then method"],
    [
      new (class Query extends Promise<void> {
        override get [Symbol.toStringTag]() {
          return "x";
        }
      })(() => {}),
      "an instance of Query",
    ],
  ];
  for (const [value, what] of thenables) {
    assert.is(
      refusal({ a: value }).message,
      `Cannot copy result.a: ${what} can be neither copied nor called; await it first`,
    );
  }
});

test("paths", () => {
  const bad = Symbol("bad");
  const paths: Record<string, unknown> = {
    'result["a-b"][""]': { "a-b": { "": bad } },
    'result.get("key").x': new Map([["key", { x: bad }]]),
    "result.get(1)": new Map([[1, bad]]),
    "[...result.keys()][1]": new Map<unknown, number>([
      [0, 0],
      [bad, 1],
    ]),
    "[...[...result.keys()][0]][1].x": new Map([[new Set([1, { x: bad }]), 1]]),
    "[...result.values()][0]": new Map([[{}, bad]]),
    "result[2].named": [0, 0, Object.assign([1], { named: bad })],
    "result.größe": { größe: bad },
    result: bad,
    "result[5]": Object.assign([], { 5: bad }),
  };
  for (const [path, value] of Object.entries(paths)) {
    assert.is(refusal(value).path, path);
  }
  const cycle: Record<string, unknown> = {};
  cycle.self = [cycle, { cycle, bad }];
  assert.is(refusal(cycle).path, "result.self[1].bad");
});

function refusal(value: unknown): NotTransferable {
  try {
    encode(value);
  } catch (error) {
    return error as NotTransferable;
  }
  throw new Error("it was not refused");
}

function webAssemblyModule(): unknown {
  const { Module } = Reflect.get(globalThis, "WebAssembly") as { Module: new (bytes: Uint8Array) => object };
  return new Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
}

test.run();
