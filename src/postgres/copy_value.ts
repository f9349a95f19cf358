/**
 * Values as the text that Postgres reads, where the type of the column is not known.
 *
 * @module
 */

/**
 * Writes a value as text.
 *
 * @param value Anything but null.
 * @returns What the server reads as that value, for the type of value that it is.
 * @throws {TypeError} When it is nothing that Postgres has.
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
      throw new TypeError(`${typeof value}; give null where there is no value`);
  }
  if (value instanceof Date) return dateText(value);
  if (value instanceof Uint8Array) return `\\x${hex(value)}`;
  if (Array.isArray(value)) return `{${value.map(element).join(",")}}`;
  return JSON.stringify(value);
}

function element(value: unknown): string {
  if (value === null) return "NULL";
  if (Array.isArray(value)) return copyValue(value);
  return `"${copyValue(value).replaceAll(/["\\]/g, "\\$&")}"`;
}

function dateText(date: Date): string {
  const time = date.getTime();
  if (Number.isNaN(time)) throw new TypeError("an invalid date; give null where there is no date");
  const year = date.getUTCFullYear();
  if (year >= 1 && year <= 9999) return date.toISOString();
  // Postgres counts the years before the first one backwards, without a year zero, and has no sign for those beyond.
  const rest = date.toISOString().replace(/^[+-]?\d+/, "");
  return year > 0 ? `${year}${rest}` : `${String(1 - year).padStart(4, "0")}${rest} BC`;
}

function hex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
