/**
 * COPY from stdin: what it is given goes to the server in chunks.
 *
 * @module
 */

import { awaitlet, hold, transfer } from "../../../mod.ts";
import type { Lease } from "../loop/lease.ts";
import { loop } from "../loop/loop.ts";
import type { Query } from "../sql.ts";
import { CopyIn } from "./copy_in.ts";
import { checkCopy } from "./copy_options.ts";
import { type CopyItem, CopyWriter } from "./copy_writer.ts";

/** What may be copied from: rows, pieces of text, or pieces of bytes; or all of the text or bytes. */
export type CopySource = Iterable<CopyItem> | string | Uint8Array;

/** The same on the loop, where items may come later: a stream, for example. */
export type AsyncCopySource = CopySource | AsyncIterable<CopyItem>;

/** Copies in blocking code, on the connection of this number. Returns how many rows it copied. */
export function copyFrom(connection: number, query: Query, source: CopySource): number {
  const { text, format } = checkCopy(query, "from");
  const writer = new CopyWriter(format);
  const copy = hold(loop.copyIn(connection, text));
  const send = (chunk: Uint8Array<ArrayBuffer> | undefined) => {
    if (chunk !== undefined) awaitlet(copy.write(transfer(chunk, [chunk.buffer])));
  };
  try {
    for (const item of itemsOf(source)) send(writer.add(item));
    send(writer.end());
    return awaitlet(copy.end());
  } catch (error) {
    awaitlet(copy.abort(reasonOf(error)));
    throw error;
  } finally {
    copy[Symbol.dispose]();
  }
}

/** @internal Copies on the loop. Returns how many rows it copied. */
export async function copyFromAsync(lease: Lease, query: Query, source: AsyncCopySource): Promise<number> {
  const { text, format } = checkCopy(query, "from");
  const writer = new CopyWriter(format);
  const copy = await CopyIn.open(lease, text);
  try {
    for await (const item of itemsOf(source)) {
      const chunk = writer.add(item);
      if (chunk !== undefined) await copy.write(chunk);
    }
    const rest = writer.end();
    if (rest !== undefined) await copy.write(rest);
    return await copy.end();
  } catch (error) {
    await copy.abort(reasonOf(error));
    throw error;
  }
}

/** A text is iterable too, by the character, and bytes are by the byte. */
function itemsOf<T extends AsyncCopySource>(source: T): Exclude<T, string | Uint8Array> | CopyItem[] {
  const isWhole = typeof source === "string" || source instanceof Uint8Array;
  return isWhole ? [source] : (source as Exclude<T, string | Uint8Array>);
}

/** What the server is told, and writes to its log: no more of the error than what it is. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? `the source failed: ${error.name}` : "the source failed";
}
