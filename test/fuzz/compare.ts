/** Tells what differs between what arrived and what was to arrive. */

import { Buffer } from "node:buffer";

/** @returns Where they differ, and how; "" where they do not. Cycles, holes, prototypes, hidden properties and identities count. */
export function differenceOf(expected: unknown, actual: unknown): string {
  return compare(expected, actual, "value", new Map(), new Map());
}

const tagOf = (value: object) => Object.prototype.toString.call(value);
const show = (value: unknown) => (typeof value === "object" && value !== null ? "an object" : String(value));

function compare(
  a: unknown,
  b: unknown,
  path: string,
  there: Map<object, object>,
  back: Map<object, object>,
): string {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) {
    return Object.is(a, b) ? "" : `${path}: ${show(b)} arrived instead of ${show(a)}`;
  }
  if (there.has(a) || back.has(b))
    return there.get(a) === b && back.get(b) === a ? "" : `${path}: another object`;
  there.set(a, b);
  back.set(b, a);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return `${path}: another prototype`;
  const [parts, others] = [partsOf(a), partsOf(b)];
  if (parts.length !== others.length)
    return `${path}: ${others.length} parts arrived instead of ${parts.length}`;
  for (const [i, [name, part]] of parts.entries()) {
    const [otherName, other] = others[i] as Part;
    if (name !== otherName) return `${path}: ${String(otherName)} arrived instead of ${String(name)}`;
    const found = compare(part, other, `${path}/${String(name)}`, there, back);
    if (found !== "") return found;
  }
  return "";
}

type Part = readonly [name: string | symbol, part: unknown];

function partsOf(value: object): Part[] {
  const parts: Part[] = [];
  if (ArrayBuffer.isView(value)) {
    const elements =
      value instanceof DataView ? [] : [["elements", [...(value as Uint8Array)].join()] as const];
    // A Buffer may share its memory with others.
    const memory = Buffer.isBuffer(value) ? [] : [["memory", value.buffer] as const];
    return [["length", value.byteLength], ...elements, ...memory];
  }
  if (value instanceof ArrayBuffer) {
    return [
      ["bytes", new Uint8Array(value).join()],
      ["most", value.maxByteLength],
    ];
  }
  if (value instanceof Map)
    for (const [i, pair] of [...value].entries()) parts.push([`key ${i}`, pair[0]], [`item ${i}`, pair[1]]);
  if (value instanceof Set) for (const [i, item] of [...value].entries()) parts.push([`item ${i}`, item]);
  if (value instanceof RegExp) return [["source", String(value)]];
  if (value instanceof DOMException)
    return [
      ["message", value.message],
      ["name", value.name],
    ];
  if (value instanceof Date) return [["time", value.getTime()]];
  if (!Object.hasOwn(value, Symbol.toStringTag) && /Number|String|Boolean|BigInt/.test(tagOf(value)))
    return [["boxed", value.valueOf()]];
  const isError = value instanceof Error;
  const hidden: Part[] = [];
  for (const key of Reflect.ownKeys(value)) {
    // Each runtime writes stacks, and places of errors, in its own way.
    if (isError && !["message", "cause", "errors", "detail", "name"].includes(String(key))) continue;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    // Those that are not enumerable arrive behind the others.
    const isHidden =
      descriptor?.enumerable === false && !(Array.isArray(value) && key === "length") && !isError;
    if (isHidden) hidden.push([`hidden ${String(key)}`, Reflect.get(value, key)]);
    else parts.push([key, Reflect.get(value, key)]);
  }
  parts.push(...hidden);
  return isError ? parts.sort(([x], [y]) => (String(x) < String(y) ? -1 : 1)) : parts;
}
