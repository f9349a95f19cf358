/**
 * Values that mean the same, whatever type their parameter has had.
 *
 * A prepared statement keeps the parameter types of the moment it was parsed at. Where somebody has altered the column since,
 * the server reads a value as the old type and casts it to the new one. For `7` that is the same as reading it as the
 * new type; for a `Date` in a `timestamp` that became a `timestamptz` it is another point in time. What is not exact goes with
 * the text of the statement, so that the server infers the type anew.
 *
 * @module
 */

import { RawText } from "../types/custom_types.ts";
import * as type from "../types/types.ts";

/** Text types that keep every character: `text`, `varchar`. */
const TEXTS: ReadonlySet<number> = new Set([25, 1043]);
const UUID = 2950;

/** From this OID on types are the user's own: enums, composite types. They can only be cast by way of text. */
const FIRST_OF_USERS = 16_384;

/** The integers that each type holds, and that no cast to another type of numbers rounds. */
const INTEGERS: ReadonlyMap<number, number> = new Map([
  [type.INT2, 2 ** 15 - 1],
  [type.INT4, 2 ** 31 - 1],
  [type.OID, 2 ** 31 - 1],
  [type.INT8, Number.MAX_SAFE_INTEGER],
  [1700, Number.MAX_SAFE_INTEGER],
  [type.FLOAT4, 2 ** 24],
  // A cast to numeric keeps 15 digits.
  [type.FLOAT8, 1e15 - 1],
]);

/**
 * Whether a value means the same as its type and as any other that its parameter may have by now, or is refused.
 *
 * @param value The value.
 * @param to The type that the parameter had when its statement was described.
 */
export function isExact(value: unknown, { oid, isArray }: type.ServerType): boolean {
  if (isArray && Array.isArray(value)) return value.every((element) => isExactScalar(element, oid, isArray));
  return isExactScalar(value, oid, isArray);
}

function isExactScalar(value: unknown, oid: number, isArray: boolean): boolean {
  if (value === null || TEXTS.has(oid) || oid >= FIRST_OF_USERS) return true;
  switch (typeof value) {
    case "number":
      return Number.isInteger(value) && !Object.is(value, -0) && Math.abs(value) <= (INTEGERS.get(oid) ?? -1);
    case "bigint":
      return oid === type.INT8 ? BigInt.asIntN(64, value) === value : false;
    case "boolean":
      return oid === type.BOOL;
    case "string":
      return !isArray && isExactText(value, oid);
    case "object":
      if (Array.isArray(value)) return isArray && value.every((one) => isExactScalar(one, oid, isArray));
      return !(value instanceof Date) && !(value instanceof RawText);
  }
  return true;
}

/** Whether a string is how the server itself would write the value that it reads from it. */
function isExactText(text: string, oid: number): boolean {
  const most = INTEGERS.get(oid);
  if (most !== undefined) return /^(0|-?[1-9]\d{0,15})$/.test(text) && Math.abs(Number(text)) <= most;
  if (oid === UUID) return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
  if (oid === type.DATE) return /^[1-9]\d{3}-\d\d-\d\d$/.test(text);
  return oid === type.BOOL && (text === "true" || text === "false");
}

/** Whether a value is written otherwise for `json` than for another type, so that its type must be known before. */
export function dependsOnJson(value: unknown, { oid }: type.ServerType): boolean {
  return typeof value === "string" && (oid === type.JSON_TEXT || oid === type.JSONB);
}

/**
 * Which values of a parameter are exact, and sent as the text that they are: integers up to this number; or `SHORT_TEXT`,
 * `SHORT_BOOLEAN`; 0 for none.
 */
export function shortForm({ oid, isArray }: type.ServerType): number {
  if (isArray) return 0;
  if (oid === type.BOOL) return SHORT_BOOLEAN;
  return TEXTS.has(oid) ? SHORT_TEXT : (INTEGERS.get(oid) ?? 0);
}

export const SHORT_TEXT = -1;
export const SHORT_BOOLEAN = -2;
