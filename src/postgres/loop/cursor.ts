/**
 * A server-side cursor, on the loop: the rows of a query, a batch at a time, each read while the one before is worked on.
 *
 * @module
 */

import type { Portal } from "../protocol/portal.ts";
import { type PackedResult, rowCountOf } from "../query/packed_result.ts";
import type { Lease } from "./lease.ts";

export class Cursor {
  readonly #lease: Lease;
  readonly #batch: number;
  /** The transaction that it lives in. */
  readonly #transaction: number | undefined;
  /** Ends its hold of the connection, where the transaction is its own. */
  readonly #leave: (() => void) | undefined;
  #portal: Portal | undefined;
  /** The batch that is being read. */
  #ahead: Promise<PackedResult> | undefined;
  #failed = false;
  #closed = false;

  private constructor(lease: Lease, batch: number, isOwn: boolean) {
    this.#lease = lease;
    this.#batch = batch;
    this.#transaction = lease.transaction;
    if (!isOwn) return;
    this.#leave = lease.acquireExclusive({
      what: "a stream outside a transaction is being read",
      remedy: "begin a transaction around both, read the stream to its end, or take another connection",
      end: () => this.close(),
    });
  }

  /**
   * Opens a cursor. A cursor lives in a transaction: where none is open it begins one, and has the connection to itself.
   *
   * @param lease The connection.
   * @param text The query.
   * @param values Its parameters.
   * @param batch How many rows to read at a time.
   */
  static async open(lease: Lease, text: string, values: readonly unknown[], batch: number): Promise<Cursor> {
    const isOwn = lease.transaction === undefined;
    if (isOwn) await lease.begin();
    const { connection } = lease;
    const cursor = new Cursor(lease, batch, isOwn);
    try {
      await lease.echo(text, values);
      lease.noteStatement(text);
      cursor.#portal = await connection.open(text, values);
    } catch (error) {
      cursor.#failed = true;
      await cursor.close();
      throw error;
    }
    cursor.#readAhead();
    return cursor;
  }

  /** The next batch; the last one has fewer rows than the others, maybe none. */
  async next(): Promise<PackedResult> {
    if (this.#ahead === undefined) {
      throw new Error(
        "read a stream: the transaction that it belongs to has ended; read it to its end first",
      );
    }
    try {
      const batch = await this.#ahead;
      this.#ahead = undefined;
      if (rowCountOf(batch) === this.#batch) this.#readAhead();
      return batch;
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  /** Closes the cursor, and ends the transaction where it is the cursor's own. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#ahead?.catch(() => {
      this.#failed = true;
    });
    if (this.#leave !== undefined) {
      this.#leave();
      await (this.#failed ? this.#lease.rollback(0) : this.#lease.commit(0));
    } else if (!this.#failed && this.#isAlive) {
      // Where a statement has failed meanwhile, the cursor will be gone with its transaction.
      await this.#portal?.close().catch(() => {});
    }
  }

  /** Whether its transaction is still open: reading from a cursor that is gone would make another one fail. */
  get #isAlive(): boolean {
    return this.#lease.transaction === this.#transaction;
  }

  #readAhead(): void {
    const portal = this.#portal;
    if (portal === undefined || !this.#isAlive) return;
    this.#ahead = portal.fetch(this.#batch);
    // It is told when the batch is asked for.
    this.#ahead.catch(() => {});
  }
}
