/**
 * A connection in use by blocking code.
 *
 * @module
 */

import { awaitlet, registerClass } from "../../../mod.ts";
import { givenBack } from "../base/errors.ts";
import type { EngineSettings } from "../base/options.ts";
import type { CopyOptions } from "../copy_format/copy_options.ts";
import type { CopySource } from "../copy_format/copy_source.ts";
import { type LockKey, type LockOptions, lockName } from "../query/lock_name.ts";
import { ManyStatements, type Statements } from "../query/many_statements.ts";
import { flagsOf, IS_URGENT, type PackedResult } from "../query/packed_result.ts";
import { Result } from "../query/result.ts";
import { checkScript } from "../query/script.ts";
import { checkQuery, type Query, sql } from "../query/sql.ts";
import type { StandardSchema } from "../query/standard_schema.ts";
import { checkBatch, type StreamOptions } from "../query/stream_options.ts";
import type { TransactionOptions } from "../query/transaction_options.ts";
import type { BoundQuery } from "../types/custom_types.ts";
import type { Row } from "../types/rows.ts";
import { AdvisoryLock } from "./advisory_lock.ts";
import { CopyOutput, copyFrom } from "./copy.ts";
import { bind, type EngineLink, linkOf, newNumber, releaseLater, run, takeReleased } from "./engine_link.ts";
import { loop } from "./remote.ts";
import { streamRows } from "./stream.ts";
import { Transaction } from "./transaction.ts";

/** A connection in use. Outside a transaction each statement commits by itself. */
export class Connection implements Disposable {
  /** @internal What the loop knows it by. */
  readonly number: number;
  readonly #engine: EngineLink;
  /** What begins the transaction that it is to be in from the start, else "". */
  readonly #begin: string;
  /** Whether the loop has made the connection; it may have where that failed, or where another thread has a copy of this. */
  #isMade: boolean;
  #mayBeMade = false;
  /** Whether giving it back is not to wait for the next message. */
  #isUrgent = false;
  /** Whether another thread has a copy of this. */
  #isShared = false;
  #isClosed = false;

  /** @internal */
  constructor(engine: EngineLink, number: number = newNumber(), isMade: boolean = false, begin: string = "") {
    this.#engine = engine;
    this.number = number;
    this.#isMade = isMade;
    this.#begin = begin;
  }

  static {
    registerClass(Connection, {
      module: import.meta.url,
      name: "Connection",
      toData: (conn): [EngineSettings, number, string, boolean] => {
        conn.#isShared = true;
        conn.#mayBeMade = true;
        return [conn.#engine.settings, conn.number, conn.#begin, conn.#isClosed];
      },
      fromData: ([settings, number, begin, isClosed]) => {
        const conn = new Connection(linkOf(settings), number, false, begin);
        conn.#isShared = true;
        conn.#mayBeMade = true;
        conn.#isClosed = isClosed;
        return conn;
      },
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
    this.#checkOpen();
    const engine = this.#engine;
    const { types, echo } = engine.settings;
    if (typeof echo === "function") this.#make();
    const bound = types.areNone ? checkQuery(query) : this.#bind(checkQuery(query));
    const number = this.#isMade ? -this.number : this.number;
    let result: PackedResult;
    try {
      result = run(engine, number, this.#begin, bound);
    } catch (error) {
      this.#mayBeMade = true;
      this.#isUrgent = true;
      throw error;
    }
    const flags = flagsOf(result);
    if (flags !== 0) {
      this.#isMade = true;
      this.#isUrgent = (flags & IS_URGENT) !== 0;
    }
    return new Result<R>(result, { readers: types.readers, schema });
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
    const form = { readers: this.#engine.settings.types.readers, schema: options.schema };
    return streamRows<R>(() => this.#make(), this.#bind(checkQuery(query)), batch, form);
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
        batch ? awaitlet(loop.executeMany(this.#make(), batch)) : 0;
      let rowCount = 0;
      for (const row of rows) {
        rowCount += run(statements.add(this.#bind(checkQuery(toQuery(row, statements.count)))));
      }
      return rowCount + run(statements.end());
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
   * const [, , count] = conn.script("create table b (id int); insert into b values (1); select count(*) from b");
   * ```
   */
  script(text: string | Query): Result[] {
    const { readers } = this.#engine.settings.types;
    const results = awaitlet(loop.script(this.#make(), checkScript(text)));
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
   * conn.copyFrom(sql`copy a (id, data) from stdin`, rows.map(({ id, data }) => [id, data]));
   * ```
   */
  copyFrom(query: Query, source: CopySource, options: CopyOptions = {}): number {
    return copyFrom(() => this.#make(), query, source, options);
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
   * for (const [id, data] of conn.copyTo(sql`copy a (id, data) to stdout`, { format: "csv" }).rows()) console.log(id, data);
   * ```
   */
  copyTo(query: Query, options: CopyOptions = {}): CopyOutput {
    return new CopyOutput(() => this.#make(), query, options);
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
  /** Takes an advisory lock by options: with `wait: false` it gives `undefined` where another session has the lock. */
  advisoryLock(key: LockKey, options: LockOptions): AdvisoryLock | undefined;
  advisoryLock(key: LockKey, options: LockOptions = {}): AdvisoryLock | undefined {
    const name = lockName(key, options);
    const isTaken = awaitlet(loop.lock(this.#make(), name, options.wait ?? true));
    return isTaken ? new AdvisoryLock(this.number, name) : undefined;
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
    const number = awaitlet(loop.begin(this.#make(), isFunction ? options : fnOrOptions));
    const transaction = new Transaction(this.number, number);
    return isFunction ? transaction.run(fnOrOptions) : transaction;
  }

  /**
   * Commits the transaction, with all savepoints in it.
   *
   * @throws {Error} When none is open, or the server has rolled it back instead.
   */
  commit(): void {
    awaitlet(loop.commit(this.#make(), 0));
  }

  /** Rolls the transaction back. Does nothing when there is none. */
  rollback(): void {
    if (this.#begin !== "" && !this.#isClosed) this.#make();
    if (this.#isMade || this.#mayBeMade) awaitlet(loop.rollback(this.number, 0));
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#isShared) awaitlet(loop.closeForAll(this.number));
    else if (!this.#isMade && !this.#mayBeMade) return;
    else if (this.#isUrgent) awaitlet(loop.close(this.number));
    else releaseLater(this.number);
  }

  /** Gives the connection back to its pool. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** @internal Commits what `engine.begin()` has begun, and gives the connection back. */
  finish(): void {
    // Where nothing was run, nothing was begun.
    if (this.#isMade || this.#mayBeMade) {
      awaitlet(loop.commitAndClose(this.#isMade ? -this.number : this.number));
    }
    this.#isClosed = true;
  }

  /** Makes the connection, unless that was done. Returns its number. */
  #make(): number {
    this.#checkOpen();
    this.#isUrgent = true;
    if (this.#isMade) return this.number;
    const engine = this.#engine;
    const { pool, echo } = engine.settings;
    const released = takeReleased();
    if (typeof echo === "function") {
      awaitlet(loop.connectShowing(pool, engine.settings.engine, echo, this.number, this.#begin, released));
    } else {
      engine.acceptNumber(awaitlet(loop.connect(engine.name, this.number, this.#begin, released)));
      if (typeof engine.name === "string") {
        engine.acceptNumber(awaitlet(loop.connect(engine.name, this.number, this.#begin, 0)));
      }
    }
    this.#isMade = true;
    return this.number;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw givenBack();
  }

  #bind(query: Query): BoundQuery {
    return bind(this.#engine, this.#isMade || this.#mayBeMade ? this.number : 0, query);
  }
}
