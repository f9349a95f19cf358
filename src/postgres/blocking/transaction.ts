/**
 * A transaction or a savepoint of blocking code.
 *
 * @module
 */

import { awaitlet } from "../../../mod.ts";
import { loop } from "./remote.ts";

/** An open transaction, or a savepoint in one. Disposing it rolls back what was not committed. */
export class Transaction implements Disposable {
  readonly #connection: number;
  readonly #number: number;

  /** @internal */
  constructor(connection: number, number: number) {
    this.#connection = connection;
    this.#number = number;
  }

  /**
   * Commits it, with all savepoints in it.
   *
   * @throws {Error} When it has ended, or the server has rolled it back instead.
   */
  commit(): void {
    awaitlet(loop.commit(this.#connection, this.#number));
  }

  /** Rolls it back. Does nothing when it has ended. */
  rollback(): void {
    awaitlet(loop.rollback(this.#connection, this.#number));
  }

  /** Rolls back, where nothing has ended the transaction. */
  [Symbol.dispose](): void {
    this.rollback();
  }

  /** @internal Commits when `fn` returns, and rolls back when it throws. */
  run<T>(fn: (transaction: Transaction) => T): T {
    let value: T;
    try {
      value = fn(this);
    } catch (error) {
      this.rollback();
      throw error;
    }
    this.commit();
    return value;
  }
}
