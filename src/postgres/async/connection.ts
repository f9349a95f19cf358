/**
 * A connection in use by code on the loop.
 *
 * @module
 */

import { asyncDef, type FromBlockingModule } from "../../../mod.ts";
import type { EngineSettings } from "../base/options.ts";
import { Connection } from "../blocking/connection.ts";
import { linkOf } from "../blocking/engine_link.ts";
import type { CopyOptions } from "../copy_format/copy_options.ts";
import type { AsyncCopySource } from "../copy_format/copy_source.ts";
import type { Lease } from "../loop/lease.ts";
import { newLeaseNumber, registerLease, unregisterLease } from "../loop/lease_registry.ts";
import { runMany } from "../loop/run_many.ts";
import { type LockKey, type LockOptions, lockName } from "../query/lock_name.ts";
import { ManyStatements, type Statements } from "../query/many_statements.ts";
import { Result } from "../query/result.ts";
import { checkScript } from "../query/script.ts";
import { checkQuery, type Query, sql } from "../query/sql.ts";
import type { StandardSchema } from "../query/standard_schema.ts";
import { checkBatch, type StreamOptions } from "../query/stream_options.ts";
import type { TransactionOptions } from "../query/transaction_options.ts";
import type { BoundQuery, CustomTypes } from "../types/custom_types.ts";
import type { Row } from "../types/rows.ts";
import { AsyncAdvisoryLock } from "./advisory_lock.ts";
import { AsyncCopyOutput, copyFromAsync } from "./copy.ts";
import { streamRowsAsync } from "./stream.ts";
import { AsyncTransaction } from "./transaction.ts";

/** A connection in use. Outside a transaction each statement commits by itself. */
export class AsyncConnection implements AsyncDisposable {
  readonly #lease: Lease;
  readonly #settings: EngineSettings;
  readonly #types: CustomTypes;

  /** @internal */
  constructor(lease: Lease, settings: EngineSettings) {
    this.#lease = lease;
    this.#settings = settings;
    this.#types = settings.types;
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
   * Runs several statements in one text, as `psql -c` does: a migration, say. All are undone when one fails, but for what the
   * text itself commits. Never give it anything that comes from outside the program: there are no parameters here.
   *
   * @param text The statements, with semicolons between them: a string, or a query without values.
   * @returns The result of each statement.
   * @throws {TypeError} When a statement is a COPY from or to the client, or the query has values.
   * @throws {DatabaseError} When the server refuses a statement.
   * @throws {ConnectionError} When the connection is lost.
   *
   * @example
   * ```ts ignore
   * const [, , count] = await conn.script("create table b (id int); insert into b values (1); select count(*) from b");
   * ```
   */
  async script(text: string | Query): Promise<Result[]> {
    const { readers } = this.#types;
    // By the same way as a query, so that what is asked for first is sent first.
    const bound = await this.#bind(sql.raw(checkScript(text)));
    const results = await this.#lease.script(bound.text);
    return results.map((result) => new Result(result, { readers }));
  }

  /**
   * Copies rows into a table, by COPY: the fastest way in. It has the connection to itself meanwhile.
   *
   * What the source throws is thrown here, and none of the rows is there then; in a transaction that has failed.
   *
   * @param query The COPY: sql`copy a (id, data) from stdin`.
   * @param source What to copy: rows as arrays; or text or bytes in the format of the COPY, whole or in pieces.
   * @param options The format.
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
  copyFrom(query: Query, source: AsyncCopySource, options: CopyOptions = {}): Promise<number> {
    return copyFromAsync(this.#lease, query, source, options);
  }

  /**
   * Copies rows out of a table or a query, by COPY: the fastest way out. It has the connection to itself meanwhile. Leaving
   * the loop has the server cancel it; a transaction goes on.
   *
   * @param query The COPY: sql`copy a (id, data) to stdout`.
   * @param options The format.
   * @returns The chunks of bytes that the server sends, to iterate over; its `rows()` are the rows.
   * @throws {TypeError} When the query is no COPY to stdout.
   * @throws {DatabaseError} In the loop, when the server refuses it.
   * @throws {ConnectionError} In the loop, when the connection is lost.
   *
   * @example
   * ```ts ignore
   * for await (const [id, data] of conn.copyTo(sql`copy a (id, data) to stdout`, { format: "csv" }).rows()) console.log(id, data);
   * ```
   */
  copyTo(query: Query, options: CopyOptions = {}): AsyncCopyOutput {
    return new AsyncCopyOutput(this.#lease, query, options);
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
  /** Takes an advisory lock by options: with `wait: false` it gives `undefined` where another session has the lock. */
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
    fn: ((conn: Connection, ...args: A) => Promise<R>) & FromBlockingModule,
    ...args: A
  ): Promise<R> {
    const number = newLeaseNumber();
    registerLease(number, this.#lease, false);
    const { exclusiveUse } = this.#lease;
    try {
      return await asyncDef(fn, new Connection(linkOf(this.#settings), number), ...args);
    } finally {
      unregisterLease(number);
      // What it has begun to read and left.
      if (this.#lease.exclusiveUse !== exclusiveUse) await this.#lease.endExclusive();
    }
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. */
  close(): Promise<void> {
    return this.#lease.close();
  }

  /** Gives the connection back to its pool. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #bind(query: Query): Promise<BoundQuery> {
    const types = this.#types;
    if (!types.concern(query)) return query;
    return types.bind(query, types.parametersOf(query) ?? (await this.#lease.describe(query.text)));
  }
}
