/**
 * The server's values, as values of the language.
 *
 * @module
 */

import { readArray } from "./arrays.ts";
import type { Column } from "./columns.ts";
import type { CustomType } from "./custom_types.ts";
import { dateOfBytes, dateOfText } from "./dates.ts";
import type { RowBytes } from "./row_bytes.ts";
import * as type from "./types.ts";

/** Reads a value that stands from `start` to `end`. */
export type ReadValue = (text: RowBytes, start: number, end: number) => unknown;

export const asText: ReadValue = (text, start, end) => text.slice(start, end);

const readBinary: Readonly<Record<number, ReadValue>> = {
  [type.BOOL]: ({ bytes }, at) => bytes[at] === 1,
  [type.BYTEA]: ({ bytes }, start, end) => bytes.slice(start, end),
  [type.INT2]: ({ bytes }, at) => ((byte(bytes, at) << 24) >> 16) | byte(bytes, at + 1),
  [type.INT4]: ({ bytes }, at) => int32(bytes, at),
  [type.OID]: ({ bytes }, at) => int32(bytes, at) >>> 0,
  [type.INT8]: ({ bytes }, at) => int64(bytes, at),
  [type.FLOAT8]: ({ bytes }, at) => new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0),
  [type.TIMESTAMP]: ({ bytes }, at) => dateOfBytes(bytes, at),
  [type.TIMESTAMPTZ]: ({ bytes }, at) => dateOfBytes(bytes, at),
};

const readText: Readonly<Record<number, (text: string) => unknown>> = {
  [type.BOOL]: (text) => text === "t",
  [type.BYTEA]: bytesOfText,
  [type.INT2]: Number,
  [type.INT4]: Number,
  [type.OID]: Number,
  [type.INT8]: (text) => {
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : BigInt(text);
  },
  [type.FLOAT4]: Number,
  [type.FLOAT8]: Number,
  [type.JSON_TEXT]: JSON.parse,
  [type.JSONB]: JSON.parse,
  [type.TIMESTAMP]: dateOfText,
  [type.TIMESTAMPTZ]: dateOfText,
};

/**
 * What reads the values of a column.
 *
 * @param column The column.
 * @param custom What reads the types of the caller's own, by OID.
 */
export function valueReader({ type: { oid, isArray }, isBinary }: Column, custom: CustomParsers): ReadValue {
  if (isBinary) return readBinary[oid] as ReadValue;
  const own = custom.get(oid);
  const read = own ? (text: string) => own.parse(text) : readText[oid];
  if (isArray) {
    const element = read ?? ((text: string) => text);
    return (text, start, end) => readArray(text.slice(start, end), element);
  }
  return read === undefined ? asText : (text, start, end) => read(text.slice(start, end));
}

/** The types of the caller's own, by OID. */
export type CustomParsers = ReadonlyMap<number, CustomType>;

/** Reads an integer of 32 bits, the highest byte first. */
export function int32(bytes: Uint8Array, at: number): number {
  return (
    ((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)
  );
}

function int64(bytes: Uint8Array, at: number): number | bigint {
  const high = int32(bytes, at);
  if (high < 2 ** 21 && high >= -(2 ** 21)) {
    const value = high * 2 ** 32 + (int32(bytes, at + 4) >>> 0);
    if (Number.isSafeInteger(value)) return value;
  }
  return view(bytes, at).getBigInt64(0);
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

function view(bytes: Uint8Array, at: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 8);
}

/** As it stands in arrays: in hexadecimal digits, or with what is not printable as a backslash and octal digits. */
function bytesOfText(text: string): Uint8Array {
  const values: number[] = [];
  if (text.startsWith("\\x")) {
    for (let i = 2; i < text.length; i += 2) values.push(Number.parseInt(text.slice(i, i + 2), 16));
  } else {
    for (const [part] of text.matchAll(/\\\\|\\\d{3}|[^\\]/g)) {
      values.push(part.length === 4 ? Number.parseInt(part.slice(1), 8) : (part.codePointAt(0) as number));
    }
  }
  return Uint8Array.from(values);
}
