/**
 * COPY from stdin, on the loop.
 *
 * @module
 */

import type { Copying } from "../protocol/copying.ts";
import type { Lease } from "./lease.ts";

/** How much of the data is sent at a time, in bytes. */
const MESSAGE = 2 ** 20;

export class CopyIn {
  readonly #copying: Copying;
  readonly #leave: () => void;

  private constructor(lease: Lease, text: string) {
    const { connection } = lease;
    this.#leave = lease.acquireExclusive({
      what: "a COPY is under way",
      remedy: "take another connection",
      end: () => this.abort("the connection was given back"),
    });
    this.#copying = connection.copy(text, () => {});
  }

  /**
   * Begins a COPY, and has the connection to itself.
   *
   * @throws {DatabaseError} When the server refuses it.
   */
  static async open(lease: Lease, text: string): Promise<CopyIn> {
    await lease.own();
    await lease.echo(text);
    const copy = new CopyIn(lease, text);
    try {
      await copy.#copying.started;
      return copy;
    } catch (error) {
      copy.#leave();
      throw error;
    }
  }

  /**
   * Sends data; it waits while the server takes what was sent before.
   *
   * @throws {DatabaseError} When the server has refused what was sent before.
   */
  async write(data: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < data.length; at += MESSAGE) {
        await this.#copying.drained();
        this.#copying.send(data.subarray(at, at + MESSAGE));
      }
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /**
   * Ends the data.
   *
   * @returns How many rows were copied.
   * @throws {DatabaseError} When the server refuses them: then none was.
   */
  async end(): Promise<number> {
    try {
      return (await this.#copying.done()).rowCount;
    } finally {
      this.#leave();
    }
  }

  /** Has the server drop what was sent. Does nothing when it has ended. */
  async abort(reason: string): Promise<void> {
    await this.#copying.fail(reason);
    this.#leave();
  }
}
