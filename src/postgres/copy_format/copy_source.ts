/**
 * What COPY from stdin takes its rows from.
 *
 * @module
 */

import type { CopyItem } from "./copy_writer.ts";

/** What may be copied from: rows, pieces of text, or pieces of bytes; or all of the text or bytes. */
export type CopySource = Iterable<CopyItem> | string | Uint8Array;

/** The same on the loop, where items may come later: a stream, for example. */
export type AsyncCopySource = CopySource | AsyncIterable<CopyItem>;

/** A text is iterable too, by the character, and bytes are by the byte. */
export function itemsOf<T extends AsyncCopySource>(source: T): Exclude<T, string | Uint8Array> | CopyItem[] {
  const isWhole = typeof source === "string" || source instanceof Uint8Array;
  return isWhole ? [source] : (source as Exclude<T, string | Uint8Array>);
}

/** What the server is told, and writes to its log: no more of the error than what it is. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? `the source failed: ${error.name}` : "the source failed";
}
