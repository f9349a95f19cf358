/**
 * COPY in blocking code, both ways.
 *
 * @module
 */

import { awaitlet, hold, transfer } from "../../../mod.ts";
import { CopyDataReader } from "../copy_format/copy_data.ts";
import { type CopyFormat, type CopyOptions, checkCopy } from "../copy_format/copy_options.ts";
import { CopyReader, type CopyRow } from "../copy_format/copy_reader.ts";
import { type CopySource, itemsOf, reasonOf } from "../copy_format/copy_source.ts";
import { CopyWriter } from "../copy_format/copy_writer.ts";
import type { Query } from "../query/sql.ts";
import { loop } from "./remote.ts";

/** Copies in blocking code, on the connection whose number is given. Returns how many rows it copied. */
export function copyFrom(
  connectionOf: () => number,
  query: Query,
  source: CopySource,
  options: CopyOptions,
): number {
  const { text, format } = checkCopy(query, "from", options);
  const writer = new CopyWriter(format);
  const copy = hold(loop.copyIn(connectionOf(), text));
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

/**
 * What a COPY writes, in blocking code: chunks of bytes, in the format that the COPY asks for. It runs when it is iterated
 * over, each time anew.
 */
export class CopyOutput implements Iterable<Uint8Array> {
  readonly #connectionOf: () => number;
  readonly #text: string;
  readonly #format: CopyFormat;
  #rowCount: number | undefined;

  /** @internal */
  constructor(connectionOf: () => number, query: Query, options: CopyOptions) {
    const { text, format } = checkCopy(query, "to", options);
    this.#connectionOf = connectionOf;
    this.#text = text;
    this.#format = format;
  }

  /** How many rows they were, when all have been read. */
  get rowCount(): number | undefined {
    return this.#rowCount;
  }

  /** What the server sends, in pieces as they come. */
  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    const copy = hold(loop.copyOut(this.#connectionOf(), this.#text));
    const data = new CopyDataReader();
    try {
      for (let next = awaitlet(copy.next()); ; next = awaitlet(copy.next())) {
        if (typeof next === "number") {
          this.#rowCount = next;
          return;
        }
        yield data.read(next);
      }
    } finally {
      awaitlet(copy.close());
      copy[Symbol.dispose]();
    }
  }

  /**
   * The same as rows: the text of each column as COPY writes it, or null. A header is left out.
   *
   * @throws {TypeError} When the COPY is in binary.
   */
  *rows(): Generator<CopyRow, void, undefined> {
    const reader = new CopyReader(this.#format);
    for (const chunk of this) yield* reader.rows(chunk);
  }
}
