/**
 * Values as the text that Postgres reads, where the type of the column is not known.
 *
 * @module
 */

import { textOfDate } from "../types/dates.ts";

/**
 * Writes a value as text.
 *
 * @param value Anything but null.
 * @returns What the server reads as that value, for the type of value that it is.
 * @throws {TypeError} When it is nothing that Postgres has.
 * @throws {RangeError} When it is an invalid date.
 */
export function copyValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "t" : "f";
    case "object":
      break;
    default:
      throw new TypeError(
        `it is ${typeof value === "undefined" ? "undefined" : `a ${typeof value}`}; give null where there is no value`,
      );
  }
  if (value instanceof Date) return textOfDate(value);
  if (value instanceof Uint8Array) return `\\x${hex(value)}`;
  if (Array.isArray(value)) return `{${value.map(element).join(",")}}`;
  return JSON.stringify(value);
}

function element(value: unknown): string {
  if (value === null) return "NULL";
  if (Array.isArray(value)) return copyValue(value);
  return `"${copyValue(value).replaceAll(/["\\]/g, "\\$&")}"`;
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
