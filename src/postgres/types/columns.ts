/**
 * The columns of a result, as one string: it crosses with each result, and what reads the rows is found by it.
 *
 * @module
 */

import type { ServerType } from "./types.ts";

/** A column of a result. */
export interface Column {
  readonly name: string;
  readonly type: ServerType;
  /** Whether its values come in binary form. */
  readonly isBinary: boolean;
}

// No name holds a NUL character.
const SEPARATOR = "\0";

/** Writes columns. */
export function writeColumns(columns: readonly Column[]): string {
  return columns
    .map(({ name, type, isBinary }) => `${type.oid}${type.isArray ? "[" : isBinary ? "b" : "t"}${name}`)
    .join(SEPARATOR);
}

/** Reads what `writeColumns()` wrote. */
export function readColumns(columns: string): Column[] {
  if (columns === "") return [];
  return columns.split(SEPARATOR).map((column) => {
    const end = column.search(/\D/);
    const form = column[end];
    return {
      name: column.slice(end + 1),
      type: { oid: Number(column.slice(0, end)), isArray: form === "[" },
      isBinary: form === "b",
    };
  });
}
