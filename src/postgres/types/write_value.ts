/**
 * Values of the language, as the server reads them.
 *
 * @module
 */

import { writeArray } from "./arrays.ts";
import { textOfDate } from "./dates.ts";
import * as type from "./types.ts";

/**
 * Writes a value for a parameter.
 *
 * @param value The value: not null.
 * @param place Which of the parameters it is, counted from 1.
 * @param to The type that the server infers for the parameter from where it stands.
 * @returns Its text; its bytes where it is sent in binary form, as only `bytea` is.
 * @throws {TypeError} When values of its kind cannot be sent as that type.
 * @throws {RangeError} When the value itself cannot.
 */
export function writeValue(value: unknown, place: number, to: type.ServerType): string | Uint8Array {
  try {
    if (typeof value === "string" && (to.isArray || !isJson(to.oid))) return wellFormed(value);
    if (to.isArray) {
      if (typeof value === "string") return value;
      // An array is a value of JSON like others.
      if (Array.isArray(value))
        return writeArray(value, (element) => scalar(element, to.oid), isJson(to.oid));
      throw new TypeError("it is no array, and its type there is one; give an array, or cast it");
    }
    return to.oid === type.BYTEA && isBytes(value) ? bytesOf(value) : scalar(value, to.oid);
  } catch (error) {
    const Class = error instanceof RangeError ? RangeError : TypeError;
    throw new Class(`run a query: parameter $${place}: ${(error as Error).message}`);
  }
}

function scalar(value: unknown, oid: number): string {
  if (isJson(oid)) return json(value);
  switch (typeof value) {
    case "string":
      return wellFormed(value);
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
    case "boolean":
      return String(value);
    case "undefined":
      throw new TypeError("it holds undefined; write null for SQL's null");
  }
  // Of which a `date` takes the day, in UTC.
  if (value instanceof Date) return textOfDate(value);
  if (isBytes(value)) {
    if (oid === type.BYTEA) return `\\x${hex(bytesOf(value))}`;
    throw new TypeError("it is bytes, and its type there is not bytea; cast it to bytea");
  }
  if (Array.isArray(value)) {
    throw new TypeError("it is an array, and its type there is none; cast it to an array type, or to jsonb");
  }
  throw new TypeError(
    `it is ${typeof value === "object" ? "an object" : `a ${typeof value}`}, and its type there is not json; cast it to jsonb`,
  );
}

/** Otherwise something else would be stored, without a word. */
function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new TypeError("it holds half of a surrogate pair, which is no text in UTF-8; give whole characters");
}

export function isJson(oid: number): boolean {
  return oid === type.JSON_TEXT || oid === type.JSONB;
}

function json(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError("it has no form in JSON; write null for SQL's null");
  return text;
}

function isBytes(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value);
}

function bytesOf(value: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(value)
    ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
    : new Uint8Array(value);
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
