import { type Extension, type Packet, Reader, Writer } from "../../src/wire/codec.ts";

/** Functions are refused. */
export const NO_FUNCTIONS: Extension = {
  write: () => false,
  read: () => {
    throw new Error("nothing was written");
  },
};

const writer = new Writer(NO_FUNCTIONS);
const reader = new Reader(NO_FUNCTIONS);

/** Writes one value; the bytes are the caller's. */
export function encode(value: unknown, name = "result"): Packet {
  writer.begin();
  writer.value(value, name);
  const { bytes, attachments, transfer } = writer.finish();
  return { bytes: bytes.slice(), attachments, transfer };
}

/** Reads one value, and spoils the bytes: what was read must not depend on them. */
export function decode({ bytes, attachments }: Packet): unknown {
  reader.begin(bytes, attachments);
  const value = reader.value();
  reader.end();
  bytes.fill(0xff);
  return value;
}

export function roundTrip<T>(value: T): T {
  return decode(encode(value)) as T;
}

/** Tells what differs between two values, or nothing. Cycles, holes, prototypes and shared objects count. */
export function difference(a: unknown, b: unknown): string {
  return compare(a, b, "value", new Map());
}

function compare(a: unknown, b: unknown, path: string, pairs: Map<object, object>): string {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
    return Object.is(a, b) ? "" : `${path}: ${String(a)} is not ${String(b)}`;
  }
  if (pairs.has(a)) return pairs.get(a) === b ? "" : `${path}: identity is lost`;
  pairs.set(a, b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${path}: the prototypes differ`;
  const parts = partsOf(a);
  const others = partsOf(b);
  if (parts.length !== others.length) return `${path}: ${parts.length} parts are not ${others.length}`;
  for (const [i, part] of parts.entries()) {
    const found = compare(part, others[i], `${path}/${i}`, pairs);
    if (found !== "") return found;
  }
  return "";
}

function partsOf(value: object): unknown[] {
  if (ArrayBuffer.isView(value)) return [value.byteOffset, value.byteLength, value.buffer];
  if (value instanceof ArrayBuffer) return [value.maxByteLength, value.resizable, ...new Uint8Array(value)];
  const parts: unknown[] = Array.isArray(value) ? [value.length] : [];
  if (value instanceof Map) parts.push(...[...value].flat(1));
  if (value instanceof Set) parts.push(...value);
  if (value instanceof RegExp) parts.push(value.source, value.flags);
  if (
    value instanceof Date ||
    /^\[object (Number|String|Boolean|BigInt)/.test(Object.prototype.toString.call(value))
  ) {
    parts.push(value.valueOf());
  }
  for (const key of Object.keys(value)) parts.push(key, Reflect.get(value, key));
  return parts;
}

/** A generator of random numbers from a seed (mulberry32): a test that fails, fails again. */
export function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
