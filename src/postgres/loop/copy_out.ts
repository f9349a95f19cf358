/**
 * COPY to stdout, on the loop.
 *
 * @module
 */

import type { Copying } from "../protocol/copying.ts";
import type { Lease } from "./lease.ts";

/** How much is handed on at a time, in bytes, where there is as much; as much again is read ahead. */
const CHUNK = 2 ** 18;

export class CopyOut {
  readonly #lease: Lease;
  readonly #copying: Copying;
  readonly #leave: () => void;
  /** In a transaction the savepoint to go back to when the COPY is cancelled. */
  readonly #savepoint: number | undefined;
  #parts: Uint8Array[] = [];
  #size = 0;
  #wake: (() => void) | undefined;
  #ended = false;
  #closed = false;

  private constructor(lease: Lease, text: string, savepoint: number | undefined) {
    const { connection } = lease;
    this.#lease = lease;
    this.#savepoint = savepoint;
    this.#leave = lease.acquireExclusive({
      what: "a COPY is under way",
      remedy: "read it to its end, or take another connection",
      end: () => this.close(),
    });
    this.#copying = connection.copy(text, (part) => this.#add(part));
    const onEnd = () => {
      this.#ended = true;
      this.#wake?.();
    };
    this.#copying.ended.then(onEnd, onEnd);
  }

  /**
   * Begins a COPY, and has the connection to itself.
   *
   * @throws {DatabaseError} When the server refuses it.
   */
  static async open(lease: Lease, text: string): Promise<CopyOut> {
    await lease.own();
    lease.noteStatement(text);
    await lease.echo(text);
    const copy = new CopyOut(lease, text, lease.transaction === undefined ? undefined : await lease.begin());
    try {
      await copy.#copying.started;
      return copy;
    } catch (error) {
      await copy.close();
      throw error;
    }
  }

  /**
   * What comes next: CopyData messages, cut anywhere.
   *
   * @returns A buffer of its own; at the end how many rows they were.
   * @throws {DatabaseError} When the server cannot go on.
   */
  async next(): Promise<Uint8Array<ArrayBuffer> | number> {
    while (this.#size < CHUNK && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#size === 0) return (await this.#copying.ended).rowCount;
    const chunk = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      chunk.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    this.#size = 0;
    this.#copying.resume();
    return chunk;
  }

  /** Ends it; when not all has been read the server is asked to cancel it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts = [];
    this.#size = 0;
    this.#wake?.();
    const isWhole = await this.#copying.cancel();
    this.#leave();
    if (this.#savepoint === undefined) return;
    await (isWhole ? this.#lease.commit(this.#savepoint) : this.#lease.rollback(this.#savepoint));
  }

  #add(part: Uint8Array): void {
    if (this.#closed) return;
    this.#parts.push(part);
    this.#size += part.length;
    if (this.#size < CHUNK) return;
    this.#copying.pause();
    this.#wake?.();
  }
}
