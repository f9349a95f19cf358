/**
 * A transaction or a savepoint of code on the loop.
 *
 * @module
 */

import type { Lease } from "../loop/lease.ts";

/** An open transaction, or a savepoint in one. Disposing it rolls back what was not committed. */
export class AsyncTransaction implements AsyncDisposable {
  readonly #lease: Lease;
  readonly #number: number;

  /** @internal */
  constructor(lease: Lease, number: number) {
    this.#lease = lease;
    this.#number = number;
  }

  /**
   * Commits it, with all savepoints in it.
   *
   * @throws {Error} When it has ended, or the server has rolled it back instead.
   */
  commit(): Promise<void> {
    return this.#lease.commit(this.#number);
  }

  /** Rolls it back. Does nothing when it has ended. */
  rollback(): Promise<void> {
    return this.#lease.rollback(this.#number);
  }

  /** Rolls back, where nothing has ended the transaction. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.rollback();
  }

  /** @internal Commits when `fn` has returned, and rolls back when it throws. */
  async run<T>(fn: (transaction: AsyncTransaction) => T | PromiseLike<T>): Promise<T> {
    let value: T;
    try {
      value = await fn(this);
    } catch (error) {
      await this.rollback();
      throw error;
    }
    await this.commit();
    return value;
  }
}
