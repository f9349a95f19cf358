/**
 * The server's ErrorResponse.
 *
 * @module
 */

import type { Buffer } from "node:buffer";

/** The names that the driver gives to the fields, by the protocol's letters. */
const NAMES: Readonly<Record<string, string>> = {
  V: "severity",
  C: "code",
  M: "message",
  D: "detail",
  H: "hint",
  P: "position",
  W: "where",
  s: "schema_name",
  t: "table_name",
  c: "column_name",
  d: "data type_name",
  n: "constraint_name",
  R: "routine",
};

/** Reads the fields of an error. */
export function errorFields(body: Buffer): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const field of body.toString("utf8").split("\0")) {
    const name = NAMES[field.charAt(0)];
    if (name !== undefined) fields[name] = field.slice(1);
  }
  return fields;
}
