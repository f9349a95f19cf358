/**
 * A connection in use by blocking code.
 *
 * @module
 */

import { awaitlet, registerClass } from "../../mod.ts";
import { AdvisoryLock } from "./advisory_lock.ts";
import { type CopySource, copyFrom } from "./copy/copy_from.ts";
import { CopyOutput } from "./copy/copy_to.ts";
import { type LockKey, type LockOptions, lockName } from "./lock_name.ts";
import { loop } from "./loop/loop.ts";
import { ManyStatements, type Statements } from "./many.ts";
import { Result } from "./result.ts";
import { unpackResult } from "./result_data.ts";
import { checkQuery, type Query, sql } from "./sql.ts";
import type { StandardSchema } from "./standard_schema.ts";
import { checkBatch, type StreamOptions, streamRows } from "./stream.ts";
import { Transaction } from "./transaction.ts";
import type { TransactionOptions } from "./transaction_options.ts";
import type { Bound, CustomTypes } from "./values/custom_types.ts";
import type { Row } from "./values/rows.ts";

/** A connection in use. Outside a transaction each statement commits by itself. */
export class Connection implements Disposable {
  /** @internal What the loop knows it by. */
  readonly number: number;
  readonly #types: CustomTypes;

  /** @internal */
  constructor(number: number, types: CustomTypes) {
    this.number = number;
    this.#types = types;
  }

  static {
    registerClass(Connection, {
      module: import.meta.url,
      toData: (conn): [number, CustomTypes] => [conn.number, conn.#types],
      fromData: ([number, types]) => new Connection(number, types),
    });
  }

  /**
   * Runs one statement, and has each row of its result checked when it is read.
   *
   * @typeParam R What a row is.
   * @param query What {@linkcode sql} gave.
   * @param schema What a row must be: any Standard Schema, such as zod's. Reading a row that does not fit throws
   * `RowMismatch`, which names the column.
   * @returns Its result.
   * @throws {DatabaseError} When the server refuses the statement.
   * @throws {ConnectionError} When the connection is lost.
   */
  execute<R>(query: Query, schema: StandardSchema<R>): Result<R>;
  /**
   * Runs one statement.
   *
   * @typeParam R What a row is.
   * @param query What {@linkcode sql} gave.
   * @returns Its result.
   * @throws {DatabaseError} When the server refuses the statement.
   * @throws {ConnectionError} When the connection is lost.
   */
  execute<R = Row>(query: Query): Result<R>;
  execute<R>(query: Query, schema?: StandardSchema<R>): Result<R> {
    const { text, values } = this.#bind(checkQuery(query));
    const { readers } = this.#types;
    return new Result<R>(unpackResult(awaitlet(loop.execute(this.number, text, values))), {
      readers,
      schema,
    });
  }

  /**
   * Reads the rows of a large result, a batch at a time, over a cursor of the server's: memory stays flat. The next batch is
   * read while this one is worked on. Leaving the loop closes the cursor.
   *
   * Within a transaction other statements may run meanwhile. Outside one the stream has the connection to itself, and what
   * the query does is committed when the loop ends.
   *
   * @typeParam R What a row is.
   * @param query A query that returns rows.
   * @param options How many rows to read at a time, and what they must be.
   * @returns The rows, one after the other.
   * @throws {RangeError} When the batch is no number of rows.
   * @throws {TypeError} When the query returns no rows.
   * @throws {DatabaseError} When the server refuses the query, or at the row that it fails at.
   * @throws {ConnectionError} When the connection is lost.
   *
   * @example
   * ```ts ignore
   * for (const { id } of conn.stream<{ id: number }>(sql`select id from a`)) console.log(id);
   * ```
   */
  stream<R = Row>(query: Query, options: StreamOptions<R> = {}): Generator<R, void, undefined> {
    const batch = checkBatch(options);
    const form = { readers: this.#types.readers, schema: options.schema };
    return streamRows<R>(this.number, this.#bind(checkQuery(query)), batch, form);
  }

  /**
   * Runs a statement for each of many rows: all of them, or none when one fails. They are sent together, without waiting
   * for each answer.
   *
   * @param toQuery Gives the query of a row; its text may differ from row to row.
   * @param rows The rows.
   * @returns How many rows were returned or changed, together.
   * @throws {DatabaseError} When the server refuses one. Its `row` tells which, counted from 0.
   * @throws {ConnectionError} When the connection is lost.
   *
   * @example
   * ```ts ignore
   * const count = conn.executeMany(({ id, data }) => sql`insert into a values (${id}, ${data})`, rows);
   * ```
   */
  executeMany<T>(toQuery: (row: T, index: number) => Query, rows: Iterable<T>): number {
    return this.begin(() => {
      const statements = new ManyStatements();
      const run = (batch: Statements | undefined) =>
        batch ? awaitlet(loop.executeMany(this.number, batch)) : 0;
      let rowCount = 0;
      for (const row of rows) {
        rowCount += run(statements.add(this.#bind(checkQuery(toQuery(row, statements.count)))));
      }
      return rowCount + run(statements.end());
    });
  }

  /**
   * Copies rows into a table, by COPY: the fastest way in. It has the connection to itself meanwhile.
   *
   * What the source throws is thrown here, and none of the rows is there then; in a transaction that has failed.
   *
   * @param query The COPY: sql`copy a (id, data) from stdin`. Its format, text or CSV, is read from its options.
   * @param source What to copy: rows as arrays; or text or bytes in the format of the COPY, whole or in pieces.
   * @returns How many rows were copied.
   * @throws {TypeError} When the query is no COPY from stdin, or an item of the source cannot be written.
   * @throws {DatabaseError} When the server refuses a row.
   * @throws {ConnectionError} When the connection is lost.
   *
   * @example
   * ```ts ignore
   * conn.copyFrom(sql`copy a (id, data) from stdin`, rows.map(({ id, data }) => [id, data]));
   * ```
   */
  copyFrom(query: Query, source: CopySource): number {
    return copyFrom(this.number, query, source);
  }

  /**
   * Copies rows out of a table or a query, by COPY: the fastest way out. It has the connection to itself meanwhile. Leaving
   * the loop has the server cancel it; a transaction goes on.
   *
   * @param query The COPY: sql`copy a (id, data) to stdout`.
   * @returns The chunks of bytes that the server sends, to iterate over; its `rows()` are the rows.
   * @throws {TypeError} When the query is no COPY to stdout.
   * @throws {DatabaseError} In the loop, when the server refuses it.
   * @throws {ConnectionError} In the loop, when the connection is lost.
   *
   * @example
   * ```ts ignore
   * for (const [id, data] of conn.copyTo(sql`copy a (id, data) to stdout csv`).rows()) console.log(id, data);
   * ```
   */
  copyTo(query: Query): CopyOutput {
    return new CopyOutput(this.number, query);
  }

  /**
   * Sends a notification to all who listen to a channel; within a transaction, when that commits.
   *
   * @param channel The name of the channel, as it stands.
   * @param payload What to send, at most 7,999 bytes. Default nothing.
   * @throws {DatabaseError} When the server refuses it, because it is too long.
   */
  notify(channel: string, payload: string = ""): void {
    this.execute(sql`select pg_notify(${channel}::text, ${payload}::text)`);
  }

  /**
   * Takes an advisory lock, which the server keeps for the connection: until it is released, or the connection given back.
   * Neither a commit nor a rollback releases it.
   *
   * @param key What to lock: an integer of 64 bits; or a name, which becomes the server's `hashtextextended(name, 0)`.
   * @param options `shared`: whether others may hold it shared too. `wait: false`: not to wait for those who hold it.
   * @returns The lock; with `wait: false` `undefined` when another connection holds it.
   * @throws {RangeError} When a number is no integer of 64 bits.
   * @throws {DeadlockDetected} When others wait for what this connection holds.
   *
   * @example
   * ```ts ignore
   * using lock = conn.advisoryLock("nightly report", { wait: false });
   * if (lock === undefined) return; // another one is at it
   * ```
   */
  advisoryLock(key: LockKey, options?: LockOptions & { readonly wait?: true }): AdvisoryLock;
  advisoryLock(key: LockKey, options: LockOptions): AdvisoryLock | undefined;
  advisoryLock(key: LockKey, options: LockOptions = {}): AdvisoryLock | undefined {
    const name = lockName(key, options);
    if (awaitlet(loop.lock(this.number, name, options.wait ?? true)))
      return new AdvisoryLock(this.number, name);
    return undefined;
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

  #bind(query: Query): Bound {
    const types = this.#types;
    if (!types.concern(query)) return query;
    return types.bind(query, types.parametersOf(query) ?? awaitlet(loop.describe(this.number, query.text)));
  }
}
