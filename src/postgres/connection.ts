/**
 * A connection in use by blocking code.
 *
 * @module
 */

import { awaitlet } from "../../mod.ts";
import { loop } from "./loop.ts";
import { Result, type Row } from "./result.ts";
import { checkQuery, type Query } from "./sql.ts";
import { Transaction } from "./transaction.ts";
import type { TransactionOptions } from "./transaction_options.ts";

/** A connection in use. Outside a transaction each statement commits by itself. */
export class Connection implements Disposable {
  /** @internal What the loop knows it by. */
  readonly number: number;

  /** @internal */
  constructor(number: number) {
    this.number = number;
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
  execute<R = Row>(query: Query): Result<R> {
    const { text, values } = checkQuery(query);
    return new Result<R>(awaitlet(loop.execute(this.number, text, values)));
  }

  /**
   * Runs `fn` in a transaction, or within one in a savepoint: it commits when `fn` returns, and rolls back when it
   * throws.
   *
   * @param fn What to do.
   * @param options How the transaction begins; for a savepoint, none.
   * @returns What `fn` returns.
   */
  begin<T>(fn: (transaction: Transaction) => T, options?: TransactionOptions): T;
  /**
   * Begins a transaction, or within one a savepoint, to be ended by hand.
   *
   * @param options How the transaction begins; for a savepoint, none.
   * @returns The transaction.
   */
  begin(options?: TransactionOptions): Transaction;
  begin<T>(
    fnOrOptions?: ((transaction: Transaction) => T) | TransactionOptions,
    options?: TransactionOptions,
  ): T | Transaction {
    const isFunction = typeof fnOrOptions === "function";
    const transaction = new Transaction(
      this.number,
      awaitlet(loop.begin(this.number, isFunction ? options : fnOrOptions)),
    );
    return isFunction ? transaction.run(fnOrOptions) : transaction;
  }

  /**
   * Commits the transaction, with all savepoints in it.
   *
   * @throws {Error} When none is open, or the server has rolled it back instead.
   */
  commit(): void {
    awaitlet(loop.commit(this.number, 0));
  }

  /** Rolls the transaction back. Does nothing when there is none. */
  rollback(): void {
    awaitlet(loop.rollback(this.number, 0));
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. */
  close(): void {
    awaitlet(loop.close(this.number));
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
