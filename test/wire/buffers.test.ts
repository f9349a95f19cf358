import { suite } from "uvu";
import * as assert from "uvu/assert";
import { LARGE } from "../../src/wire/views.ts";
import { decode, difference, encode, roundTrip } from "./round_trip.ts";

const test = suite("buffers");

const CLASSES: readonly string[] = [
  ...["DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array"],
  ...["Uint32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
];

type ViewClass = new (buffer: ArrayBufferLike, offset?: number, length?: number) => ArrayBufferView;

test("views of every class", () => {
  for (const name of CLASSES) {
    const View = Reflect.get(globalThis, name) as ViewClass | undefined;
    if (View === undefined) continue;
    const buffer = Uint8Array.from({ length: 64 }, (_, i) => i * 7).buffer;
    for (const view of [
      new View(buffer),
      new View(buffer, 8, 2),
      new View(buffer, 64),
      new View(new ArrayBuffer(0)),
    ]) {
      assert.is(difference(view, roundTrip(view)), "", name);
    }
  }
});

test("views that share a buffer still share it", () => {
  const buffer = new ArrayBuffer(16);
  const copy = roundTrip({ a: new Uint8Array(buffer), b: new Float64Array(buffer, 8, 1), buffer });
  copy.b[0] = 1;
  assert.is(copy.a.buffer, copy.buffer);
  assert.is(copy.a[15], 0x3f);
  assert.is(difference([buffer, buffer], roundTrip([buffer, buffer])), "");
});

test("a resizable buffer stays resizable, and views go on following it", () => {
  const buffer = new ArrayBuffer(8, { maxByteLength: 64 });
  const copy = roundTrip({ buffer, follows: new Uint8Array(buffer, 4), fixed: new Uint8Array(buffer, 0, 4) });
  assert.is(difference(buffer, copy.buffer), "");
  copy.buffer.resize(32);
  assert.is(copy.follows.length, 28);
  assert.is(copy.fixed.length, 4);
});

test("a subclass shows its own bytes, and none of its pool", () => {
  class Pooled extends Uint8Array {
    hex(): string {
      return "";
    }
  }
  const pool = new TextEncoder().encode("secret and mine").buffer;
  const copy = roundTrip<Uint8Array>(new Pooled(pool, 11, 4));
  assert.is(Object.getPrototypeOf(copy), Uint8Array.prototype);
  assert.is(new TextDecoder().decode(copy.buffer as ArrayBuffer), "mine");
  const NodeBuffer = Reflect.get(globalThis, "Buffer") as { from(text: string): Uint8Array } | undefined;
  if (NodeBuffer !== undefined) assert.is(roundTrip(NodeBuffer.from("abc")).buffer.byteLength, 3);
});

test("large buffers go beside the bytes, copied", () => {
  class Pooled extends Uint8Array {}
  for (const size of [LARGE - 1, LARGE, LARGE + 1, 1_000_000]) {
    const buffer = Uint8Array.from({ length: size }, (_, i) => i * 7).buffer;
    const values = {
      buffer,
      whole: new Uint8Array(buffer),
      part: new Uint16Array(buffer, 2, 5),
      pooled: new Pooled(buffer),
      resizable: new ArrayBuffer(size, { maxByteLength: 2 * size }),
      last: [new Date(5), buffer],
    };
    const packet = encode(values);
    assert.is(packet.attachments.length, size < LARGE ? 0 : 2);
    assert.equal(packet.transfer, packet.attachments);
    assert.ok(packet.bytes.length < (size < LARGE ? 3 : 1) * size + 1000);
    assert.is(buffer.byteLength, size, "the original stays");
    new Uint8Array(buffer).fill(0);
    const copy = decode(packet) as typeof values;
    assert.is(copy.whole.buffer, copy.buffer);
    assert.is(copy.part.buffer, copy.buffer);
    assert.is(copy.last[1], copy.buffer);
    assert.is(copy.whole[size - 1], ((size - 1) * 7) & 0xff);
    assert.is(Object.getPrototypeOf(copy.pooled), Uint8Array.prototype);
    assert.is(difference(copy.whole.slice(), copy.pooled), "");
    assert.is(copy.pooled.buffer === copy.buffer, false);
    assert.ok(copy.resizable.resizable);
  }
});

test("shared memory and ports go beside the bytes", () => {
  const shared = new SharedArrayBuffer(8);
  const { port1, port2 } = new MessageChannel();
  const packet = encode([shared, new Int32Array(shared, 4), port1, shared, port1]);
  assert.is(packet.attachments.length, 2);
  assert.is(packet.attachments[0], shared);
  assert.is(packet.transfer.length, 1);
  assert.is(packet.transfer[0], port1);
  const copy = decode(packet) as [SharedArrayBuffer, Int32Array, MessagePort, unknown, unknown];
  assert.is(copy[0], shared);
  assert.is(copy[1].buffer, shared);
  assert.is(copy[1].byteOffset, 4);
  assert.is(copy[2], port1);
  assert.is(copy[3], shared);
  assert.is(copy[4], port1);
  port1.close();
  port2.close();
});

test("256 MiB", () => {
  const bytes = new Uint8Array(256 * 1024 * 1024);
  for (let i = 0; i < bytes.length; i += 4093) bytes[i] = i;
  const packet = encode({ bytes, after: "it" });
  assert.ok(packet.bytes.length < bytes.length + 100);
  const copy = decode(packet) as { bytes: Uint8Array; after: string };
  assert.is(copy.bytes.length, bytes.length);
  assert.is(copy.after, "it");
  for (let i = 0; i < bytes.length; i += 4093)
    if (copy.bytes[i] !== bytes[i]) assert.unreachable(`byte ${i}`);
});

test.run();
