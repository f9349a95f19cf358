/**
 * A connection in use by code on the loop.
 *
 * @module
 */

import { AsyncTransaction } from "./async_transaction.ts";
import type { Lease } from "./lease.ts";
import { Result, type Row } from "./result.ts";
import { checkQuery, type Query } from "./sql.ts";
import type { TransactionOptions } from "./transaction_options.ts";

/** A connection in use. Outside a transaction each statement commits by itself. */
export class AsyncConnection implements AsyncDisposable {
  readonly #lease: Lease;

  /** @internal */
  constructor(lease: Lease) {
    this.#lease = lease;
  }

  /**
   * Runs one statement.
   *
   * @typeParam R What a row is.
   * @param query What {@linkcode sql} gave.
   * @returns Its result.
   * @throws {DatabaseError} When the server refuses the statement.
   * @throws {ConnectionError} When the connection is lost.
   */
  async execute<R = Row>(query: Query): Promise<Result<R>> {
    const { text, values } = checkQuery(query);
    return new Result<R>(await this.#lease.query(text, values));
  }

  /**
   * Runs `fn` in a transaction, or within one in a savepoint: it commits when `fn` has returned, and rolls back when it
   * throws.
   *
   * @param fn What to do.
   * @param options How the transaction begins; for a savepoint, none.
   * @returns What `fn` returns.
   */
  begin<T>(
    fn: (transaction: AsyncTransaction) => T | PromiseLike<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /**
   * Begins a transaction, or within one a savepoint, to be ended by hand.
   *
   * @param options How the transaction begins; for a savepoint, none.
   * @returns The transaction.
   */
  begin(options?: TransactionOptions): Promise<AsyncTransaction>;
  async begin<T>(
    fnOrOptions?: ((transaction: AsyncTransaction) => T | PromiseLike<T>) | TransactionOptions,
    options?: TransactionOptions,
  ): Promise<T | AsyncTransaction> {
    const isFunction = typeof fnOrOptions === "function";
    const transaction = new AsyncTransaction(
      this.#lease,
      await this.#lease.begin(isFunction ? options : fnOrOptions),
    );
    return isFunction ? await transaction.run(fnOrOptions) : transaction;
  }

  /**
   * Commits the transaction, with all savepoints in it.
   *
   * @throws {Error} When none is open, or the server has rolled it back instead.
   */
  commit(): Promise<void> {
    return this.#lease.commit(0);
  }

  /** Rolls the transaction back. Does nothing when there is none. */
  rollback(): Promise<void> {
    return this.#lease.rollback(0);
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. */
  close(): Promise<void> {
    return this.#lease.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
