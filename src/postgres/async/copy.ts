/**
 * COPY on the loop, both ways.
 *
 * @module
 */

import { CopyDataReader } from "../copy_format/copy_data.ts";
import { type CopyFormat, type CopyOptions, checkCopy } from "../copy_format/copy_options.ts";
import { CopyReader, type CopyRow } from "../copy_format/copy_reader.ts";
import { type AsyncCopySource, itemsOf, reasonOf } from "../copy_format/copy_source.ts";
import { CopyWriter } from "../copy_format/copy_writer.ts";
import { CopyIn } from "../loop/copy_in.ts";
import { CopyOut } from "../loop/copy_out.ts";
import type { Lease } from "../loop/lease.ts";
import type { Query } from "../query/sql.ts";

/** @internal Copies on the loop. Returns how many rows it copied. */
export async function copyFromAsync(
  lease: Lease,
  query: Query,
  source: AsyncCopySource,
  options: CopyOptions,
): Promise<number> {
  const { text, format } = checkCopy(query, "from", options);
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

/**
 * What a COPY writes, on the loop: chunks of bytes, in the format that the COPY asks for. It runs when it is iterated over,
 * each time anew.
 */
export class AsyncCopyOutput implements AsyncIterable<Uint8Array> {
  readonly #lease: Lease;
  readonly #text: string;
  readonly #format: CopyFormat;
  #rowCount: number | undefined;

  /** @internal */
  constructor(lease: Lease, query: Query, options: CopyOptions) {
    const { text, format } = checkCopy(query, "to", options);
    this.#lease = lease;
    this.#text = text;
    this.#format = format;
  }

  /** How many rows they were, when all have been read. */
  get rowCount(): number | undefined {
    return this.#rowCount;
  }

  /** What the server sends, in pieces as they come. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const copy = await CopyOut.open(this.#lease, this.#text);
    const data = new CopyDataReader();
    try {
      for (let next = await copy.next(); ; next = await copy.next()) {
        if (typeof next === "number") {
          this.#rowCount = next;
          return;
        }
        yield data.read(next);
      }
    } finally {
      await copy.close();
    }
  }

  /**
   * The same as rows: the text of each column as COPY writes it, or null. A header is left out.
   *
   * @throws {TypeError} When the COPY is in binary.
   */
  async *rows(): AsyncGenerator<CopyRow, void, undefined> {
    const reader = new CopyReader(this.#format);
    for await (const chunk of this) yield* reader.rows(chunk);
  }
}
