import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Reader, Writer } from "../../src/wire/codec.ts";
import { difference, encode, NO_FUNCTIONS, roundTrip, seeded } from "./round_trip.ts";

const test = suite("damage and chance");

const RICH = [
  { a: 1, b: "x".repeat(50), c: "é\ud800", d: -5n, e: [1.5, -1, 1e9, undefined, null, true] },
  ...[
    { a: 2, b: "", c: "", d: 0n, e: [] },
    new Map([[1, new Set(["a"])]]),
    new Date(5),
    /a/g,
    Object("boxed"),
  ],
  ...[new Error("e", { cause: new DOMException("d", "AbortError") }), Object.assign([1], { x: 1 })],
  ...[new Float64Array([1, 2]), new ArrayBuffer(3, { maxByteLength: 9 }), Object.create(null)],
  Array.from({ length: 9 }, (_, i) => ({
    i,
    f: i / 3,
    s: `é${i}`,
    b: i > 4,
    d: new Date(i),
    n: i % 2 ? null : i,
    a: [i],
  })),
  ...[Array.from("many strings"), Array.from({ length: 8 }, (_, i) => (i === 5 ? null : -i)), "in a text"],
];

function read(bytes: Uint8Array, attachments: readonly object[] = []): unknown {
  const reader = new Reader(NO_FUNCTIONS);
  reader.begin(bytes, attachments);
  return reader.value();
}

test("a message cut short", () => {
  const { bytes } = encode(RICH);
  for (let n = 0; n < bytes.length; n++) {
    assert.throws(() => read(bytes.slice(0, n)), /^Cannot read the message: |^Error: Cannot/, `${n} bytes`);
  }
  assert.is(difference(RICH[0], (read(bytes) as unknown[])[0]), "");
});

test("a message left unread", () => {
  const reader = new Reader(NO_FUNCTIONS);
  reader.begin(encode([1, 2]).bytes, []);
  reader.uint();
  assert.throws(() => reader.end(), /left over/);
  assert.throws(() => read(encode(new SharedArrayBuffer(1)).bytes), /no attachment 0/);
});

test("a damaged message throws an error or gives a value, and always ends", () => {
  const { bytes } = encode(RICH);
  const random = seeded(7);
  for (let i = 0; i < 5000; i++) {
    const damaged = bytes.slice();
    for (let n = 0; n <= i % 3; n++)
      damaged[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    try {
      read(damaged);
    } catch (error) {
      assert.instance(error, Error);
    }
  }
});

test("any value", () => {
  const random = seeded(42);
  const below = (n: number): number => Math.floor(random() * n);
  const text = (): string =>
    Array.from({ length: below(4) === 0 ? below(90) : below(9) }, () =>
      String.fromCharCode(below([0x80, 0x100, 0x800, 0x10000][below(4)] as number)),
    ).join("");
  const float = new DataView(new ArrayBuffer(8));
  const leaves: (() => unknown)[] = [
    ...[
      () => below(200),
      () => below(2 ** 32) - 2 ** 31,
      () => random() * 2 ** below(1000),
      () => -0,
      text,
      text,
    ],
    ...[
      () => undefined,
      () => null,
      () => random() < 0.5,
      () => new Date(below(2 ** 40)),
      () => BigInt(below(2 ** 50)),
    ],
    ...[() => Object(text()), () => Uint8Array.from(text(), (c) => c.charCodeAt(0)), () => /a/gi],
    () => {
      float.setUint32(0, below(2 ** 32));
      float.setUint32(4, below(2 ** 32));
      return Number.isNaN(float.getFloat64(0)) ? Number.NaN : float.getFloat64(0);
    },
  ];
  const any = (depth: number, known: unknown[]): unknown => {
    const kind = below(depth > 5 ? 3 : 9);
    if (kind === 0 && known.length > 0) return known[below(known.length)];
    if (kind < 4) return (leaves[below(leaves.length)] as () => unknown)();
    const container = [{}, [], new Map(), new Set(), [], Object.create(null)][below(6)];
    known.push(container);
    for (let n = below(7); n > 0; n--) {
      const item = any(depth + 1, known);
      if (container instanceof Map) container.set(any(depth + 1, known), item);
      else if (container instanceof Set) container.add(item);
      else if (Array.isArray(container) && below(12) > 0) container.push(item);
      else if (Array.isArray(container)) container.length += below(3);
      else Object.defineProperty(container, text(), { value: item, enumerable: true, configurable: true });
    }
    return container;
  };
  for (let i = 0; i < 1000; i++) {
    const value = any(0, []);
    assert.is(difference(value, roundTrip(value)), "", `the value ${i}`);
  }
});

test("a writer gives a large scratch buffer back, and goes on after a refusal", () => {
  const writer = new Writer(NO_FUNCTIONS);
  for (const size of [2 ** 25, 1, 2 ** 23, 5]) {
    for (const value of [new Uint8Array(size), "é".repeat(size / 2)]) {
      writer.begin();
      assert.throws(() => writer.value([value, Symbol()], "result"));
      writer.begin();
      writer.value(value, "result");
      const { bytes, attachments } = writer.finish();
      assert.ok(bytes.buffer.byteLength <= 2 * size + 2 ** 20);
      assert.is((read(bytes.slice(), attachments) as typeof value).length, value.length);
    }
  }
});

test.run();
