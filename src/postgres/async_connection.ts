/**
 * A connection in use by code on the loop.
 *
 * @module
 */

import { asyncDef } from "../../mod.ts";
import { AsyncAdvisoryLock } from "./advisory_lock.ts";
import { AsyncTransaction } from "./async_transaction.ts";
import { Connection } from "./connection.ts";
import { type AsyncCopySource, copyFromAsync } from "./copy/copy_from.ts";
import { AsyncCopyOutput } from "./copy/copy_to.ts";
import { type LockKey, type LockOptions, lockName } from "./lock_name.ts";
import type { Lease } from "./loop/lease.ts";
import { lend, takeBack } from "./loop/lent.ts";
import { ManyStatements, runMany, type Statements } from "./many.ts";
import { Result } from "./result.ts";
import { checkQuery, type Query, sql } from "./sql.ts";
import type { StandardSchema } from "./standard_schema.ts";
import { checkBatch, type StreamOptions, streamRowsAsync } from "./stream.ts";
import type { TransactionOptions } from "./transaction_options.ts";
import type { Bound, CustomTypes } from "./values/custom_types.ts";
import type { Row } from "./values/rows.ts";

/** A connection in use. Outside a transaction each statement commits by itself. */
export class AsyncConnection implements AsyncDisposable {
  readonly #lease: Lease;
  readonly #types: CustomTypes;

  /** @internal */
  constructor(lease: Lease, types: CustomTypes) {
    this.#lease = lease;
    this.#types = types;
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
  execute<R>(query: Query, schema: StandardSchema<R>): Promise<Result<R>>;
  /**
   * Runs one statement.
   *
   * @typeParam R What a row is.
   * @param query What {@linkcode sql} gave.
   * @returns Its result.
   * @throws {DatabaseError} When the server refuses the statement.
   * @throws {ConnectionError} When the connection is lost.
   */
  execute<R = Row>(query: Query): Promise<Result<R>>;
  async execute<R>(query: Query, schema?: StandardSchema<R>): Promise<Result<R>> {
    const { text, values } = await this.#bind(checkQuery(query));
    const { readers } = this.#types;
    return new Result<R>(await this.#lease.query(text, values), { readers, schema });
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
   * for await (const { id } of conn.stream<{ id: number }>(sql`select id from a`)) console.log(id);
   * ```
   */
  stream<R = Row>(query: Query, options: StreamOptions<R> = {}): AsyncGenerator<R, void, undefined> {
    const batch = checkBatch(options);
    const form = { readers: this.#types.readers, schema: options.schema };
    return streamRowsAsync<R>(this.#lease, this.#bind(checkQuery(query)), batch, form);
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
   * const count = await conn.executeMany(({ id, data }) => sql`insert into a values (${id}, ${data})`, rows);
   * ```
   */
  executeMany<T>(
    toQuery: (row: T, index: number) => Query,
    rows: Iterable<T> | AsyncIterable<T>,
  ): Promise<number> {
    return this.begin(async () => {
      const statements = new ManyStatements();
      const run = async (batch: Statements | undefined) => (batch ? await runMany(this.#lease, batch) : 0);
      let rowCount = 0;
      for await (const row of rows) {
        const bound = await this.#bind(checkQuery(toQuery(row, statements.count)));
        rowCount += await run(statements.add(bound));
      }
      return rowCount + (await run(statements.end()));
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
   * await conn.copyFrom(sql`copy a (id, data) from stdin`, rows.map(({ id, data }) => [id, data]));
   * ```
   */
  copyFrom(query: Query, source: AsyncCopySource): Promise<number> {
    return copyFromAsync(this.#lease, query, source);
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
   * for await (const [id, data] of conn.copyTo(sql`copy a (id, data) to stdout csv`).rows()) console.log(id, data);
   * ```
   */
  copyTo(query: Query): AsyncCopyOutput {
    return new AsyncCopyOutput(this.#lease, query);
  }

  /**
   * Sends a notification to all who listen to a channel; within a transaction, when that commits.
   *
   * @param channel The name of the channel, as it stands.
   * @param payload What to send, at most 7,999 bytes. Default nothing.
   * @throws {DatabaseError} When the server refuses it, because it is too long.
   */
  async notify(channel: string, payload: string = ""): Promise<void> {
    await this.execute(sql`select pg_notify(${channel}::text, ${payload}::text)`);
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
   * await using lock = await conn.advisoryLock("nightly report", { wait: false });
   * if (lock === undefined) return; // another one is at it
   * ```
   */
  advisoryLock(key: LockKey, options?: LockOptions & { readonly wait?: true }): Promise<AsyncAdvisoryLock>;
  advisoryLock(key: LockKey, options: LockOptions): Promise<AsyncAdvisoryLock | undefined>;
  async advisoryLock(key: LockKey, options: LockOptions = {}): Promise<AsyncAdvisoryLock | undefined> {
    const name = lockName(key, options);
    if (await this.#lease.locks.take(name, options.wait ?? true))
      return new AsyncAdvisoryLock(this.#lease.locks, name);
    return undefined;
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

  /**
   * Runs a function of a blocking module with this connection, on a blocking thread. What it does belongs to the
   * transaction that is open here.
   *
   * @typeParam A Its further arguments.
   * @typeParam R What it returns.
   * @param fn A function of a `blockingModule()`, whose first parameter is a blocking connection.
   * @param args Its further arguments.
   * @returns What the function returns. It rejects with what the function throws.
   *
   * @example
   * ```ts ignore
   * const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));
   * await engine.begin((conn) => conn.runSync(logic.rename, 1, "ann"));
   * ```
   */
  async runSync<A extends readonly unknown[], R>(
    fn: (conn: Connection, ...args: A) => Promise<R>,
    ...args: A
  ): Promise<R> {
    const number = lend(this.#lease, false);
    const { occupant } = this.#lease;
    try {
      return await asyncDef(fn, new Connection(number, this.#types), ...args);
    } finally {
      takeBack(number);
      // What it has begun to read and left.
      if (this.#lease.occupant !== occupant) await this.#lease.evict();
    }
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. */
  close(): Promise<void> {
    return this.#lease.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #bind(query: Query): Promise<Bound> {
    const types = this.#types;
    if (!types.concern(query)) return query;
    return types.bind(query, types.parametersOf(query) ?? (await this.#lease.describe(query.text)));
  }
}
