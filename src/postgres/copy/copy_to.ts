/**
 * COPY to stdout, to iterate over.
 *
 * @module
 */

import { awaitlet, hold } from "../../../mod.ts";
import type { Lease } from "../loop/lease.ts";
import { loop } from "../loop/loop.ts";
import type { Query } from "../sql.ts";
import { CopyDataReader } from "./copy_data.ts";
import { type CopyFormat, checkCopy } from "./copy_options.ts";
import { CopyOut } from "./copy_out.ts";
import { CopyReader, type CopyRow } from "./copy_reader.ts";

/**
 * What a COPY writes, in blocking code: chunks of bytes, in the format that the COPY asks for. It runs when it is iterated
 * over, each time anew.
 */
export class CopyOutput implements Iterable<Uint8Array> {
  readonly #connection: number;
  readonly #text: string;
  readonly #format: CopyFormat;
  #rowCount: number | undefined;

  /** @internal */
  constructor(connection: number, query: Query) {
    const { text, format } = checkCopy(query, "to");
    this.#connection = connection;
    this.#text = text;
    this.#format = format;
  }

  /** How many rows they were, when all have been read. */
  get rowCount(): number | undefined {
    return this.#rowCount;
  }

  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    const copy = hold(loop.copyOut(this.#connection, this.#text));
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
  constructor(lease: Lease, query: Query) {
    const { text, format } = checkCopy(query, "to");
    this.#lease = lease;
    this.#text = text;
    this.#format = format;
  }

  /** How many rows they were, when all have been read. */
  get rowCount(): number | undefined {
    return this.#rowCount;
  }

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
