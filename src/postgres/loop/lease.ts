/**
 * A connection of the pool in use, on the loop, and the transactions that are open on it.
 *
 * @module
 */

import { currentSignal } from "../../../mod.ts";
import type { Echo } from "../base/echo.ts";
import { ConnectionError, commitUnknown, givenBack } from "../base/errors.ts";
import type { Pool } from "../protocol/pool.ts";
import type { ServerConnection } from "../protocol/server_connection.ts";
import type { PackedResult } from "../query/packed_result.ts";
import { preparesStatements } from "../query/script.ts";
import { kindOf } from "../query/statement_kind.ts";
import { beginText, type TransactionOptions } from "../query/transaction_options.ts";
import type { ServerType } from "../types/types.ts";
import { AdvisoryLocks } from "./advisory_locks.ts";

/** What has a connection to itself for a while. */
export interface ExclusiveUse {
  /** What the use is, and what the caller can do about it: both stand in the error for everything else. */
  readonly what: string;
  readonly remedy: string;
  /** Ends the use, because the transaction is rolled back or the connection given back. */
  end(): Promise<void>;
}

export class Lease {
  /** The advisory locks of the connection. */
  readonly locks: AdvisoryLocks = new AdvisoryLocks(this);
  /** The connection of its own, once something was run that needs one. */
  #connection: ServerConnection | undefined;
  /** That connection, while it is awaited. */
  #acquiring: Promise<ServerConnection> | undefined;
  readonly #pool: Pool;
  readonly #echo: Echo;
  readonly #checkOpen: () => void;
  /** The numbers of the open transaction and of the savepoints in it, the innermost last. */
  readonly #open: number[] = [];
  #lastNumber = 0;
  #exclusiveUse: ExclusiveUse | undefined;
  /** Whether nothing was run yet. */
  #isUnused = true;
  #closed = false;
  /** What was run may have left in the session what the next one must not find. */
  #changesSession = false;
  #changesStatements = false;

  /**
   * @param checkOpen Throws where the engine takes no more work. It is asked until a connection was taken.
   */
  constructor(pool: Pool, echo: Echo, checkOpen: () => void = () => {}) {
    this.#pool = pool;
    this.#echo = echo;
    this.#checkOpen = checkOpen;
  }

  /** The connection itself, once `own()` has given it. */
  get connection(): ServerConnection {
    this.checkFree();
    if (this.#connection === undefined) throw new Error("use a connection: it has not been made yet");
    this.#isUnused = false;
    return this.#connection;
  }

  /** Whether it has a connection of this pool, or is about to. */
  uses(pool: Pool): boolean {
    return pool === this.#pool && (this.#connection ?? this.#acquiring) !== undefined;
  }

  /** Whether a transaction is open, also one that a statement of the caller's has begun. */
  get isInTransaction(): boolean {
    return this.#open.length > 0 || (this.#connection?.status ?? "I") !== "I";
  }

  /** Whether the session may hold what belongs to it: a lock, a setting, a temporary table. */
  get changesSession(): boolean {
    return this.#changesSession || this.locks.touched;
  }

  /**
   * Takes a connection of its own from the pool, unless that was done before.
   *
   * @throws {ConnectionError} When none can be made.
   * @throws {PoolTimeout} When none becomes free in time.
   */
  own(): Promise<ServerConnection> {
    if (this.#connection !== undefined) return Promise.resolve(this.#connection);
    this.#acquiring ??= this.#acquire();
    return this.#acquiring;
  }

  /** A statement is about to run that may leave something in the session. */
  noteStatement(text: string): void {
    const kind = kindOf(text);
    if (!kind.changesSession) return;
    this.#changesSession = true;
    if (kind.changesStatements) this.#changesStatements = true;
  }

  /** Runs several statements in one text. */
  script(text: string): Promise<PackedResult[]> {
    this.checkFree();
    const shown = this.#echo(text);
    // At once where that can be, so that what is asked for later is also sent later.
    if (shown === undefined && this.#connection !== undefined) return this.#script(text);
    return Promise.resolve(shown)
      .then(() => this.own())
      .then(() => this.#script(text));
  }

  #script(text: string): Promise<PackedResult[]> {
    const { connection } = this;
    this.#changesSession = true;
    if (preparesStatements(text)) this.#changesStatements = true;
    return connection.script(text);
  }

  /** Shows a statement that is run on the connection directly. */
  get echo(): Echo {
    return this.#echo;
  }

  /** The number of the transaction that is open, not of a savepoint in it; `undefined` where there is none. */
  get transaction(): number | undefined {
    return this.#open[0];
  }

  /** What has the connection to itself at present. */
  get exclusiveUse(): ExclusiveUse | undefined {
    return this.#exclusiveUse;
  }

  /** Refuses everything else but rolling back and closing, until the function that it gives is called. */
  acquireExclusive(exclusiveUse: ExclusiveUse): () => void {
    this.checkFree();
    this.#exclusiveUse = exclusiveUse;
    return () => {
      if (this.#exclusiveUse === exclusiveUse) this.#exclusiveUse = undefined;
    };
  }

  /** Ends the exclusive use. */
  async endExclusive(): Promise<void> {
    // A failure does not concern the caller: the connection is lost then, or its transaction has failed.
    await this.#exclusiveUse?.end().catch(() => {});
    this.#exclusiveUse = undefined;
  }

  /** Runs one statement. */
  query(text: string, values: readonly unknown[]): Promise<PackedResult> {
    this.checkFree();
    // No promise where none is needed: most of what a program does goes through here.
    const shown = this.#echo(text, values);
    if (shown === undefined) return this.#query(text, values);
    return Promise.resolve(shown).then(() => this.#query(text, values));
  }

  /** The types of the parameters of a statement. */
  async describe(text: string): Promise<readonly ServerType[]> {
    this.checkFree();
    if (this.#connection !== undefined) return await this.#connection.describe(text);
    return await this.#pool.reads.use((connection) => connection.describe(text));
  }

  /** Has the server cancel the statement that runs, which then fails: neither the beginning nor the end of a transaction. */
  async cancel(): Promise<void> {
    await this.#connection?.cancel();
  }

  /**
   * Begins a transaction, or in one a savepoint.
   *
   * @returns The number to end it by.
   */
  async begin(options: TransactionOptions = {}): Promise<number> {
    this.checkFree();
    if (this.#open.length === 0) return await this.beginBy(beginText(options));
    if (Object.keys(options).length > 0) {
      throw new TypeError(
        "begin a savepoint: isolation, readOnly and deferrable belong to the transaction that it is in; give them there",
      );
    }
    await this.#command(`savepoint ${this.#savepoint()}`);
    return this.#opened();
  }

  /** Begins a transaction by this statement. Returns the number to end it by. */
  async beginBy(text: string): Promise<number> {
    await this.own();
    await this.#beginWith(text);
    return this.#opened();
  }

  /**
   * Commits a transaction, or releases a savepoint, with all that is open in it.
   *
   * @param number What `begin()` gave; 0 for the transaction itself.
   * @throws {Error} When it has ended. When the server has rolled it back instead, because a statement had failed.
   */
  async commit(number: number): Promise<void> {
    this.checkFree();
    const depth = this.#depthOf(number);
    if (depth === -1) {
      throw new Error("commit a transaction: none is open, or it has ended already; begin one first");
    }
    if (depth > 0) {
      await this.#release(depth);
      return;
    }
    // Whatever the server answers, the transaction is over.
    this.#open.length = 0;
    const { command } = await this.#commit();
    await this.locks.settle();
    if (command !== "COMMIT") throw failedBefore("begin again");
  }

  /**
   * Rolls a transaction back, or all since a savepoint. Does nothing when it has ended, or the connection is lost.
   *
   * @param number What `begin()` gave; 0 for the transaction itself.
   */
  async rollback(number: number): Promise<void> {
    if (this.#closed) return;
    await this.endExclusive();
    const depth = this.#depthOf(number);
    if (depth === -1) return;
    this.#open.length = depth;
    try {
      await this.#command(
        depth === 0 ? "rollback" : `rollback to ${this.#savepoint()}; release ${this.#savepoint()}`,
      );
      await this.locks.settle();
    } catch (error) {
      // Then the server has rolled it back by itself.
      if (!this.#isLost) throw error;
    }
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. Never throws, also when called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.endExclusive();
    const connection = this.#connection;
    if (connection === undefined) return;
    // A transaction may also have been begun by a statement of the caller's, or be about to begin.
    let isClean = connection.isIdle || (await this.#rollBackAll());
    if (isClean && this.#changesSession && this.#pool.resetsSessions) {
      isClean = !this.#changesStatements && (await isDone(connection.resetSession()));
    } else if (isClean && this.locks.touched) {
      isClean = await isDone(connection.command("select pg_advisory_unlock_all()"));
    }
    await this.#pool.release(connection, isClean);
  }

  async #acquire(): Promise<ServerConnection> {
    try {
      this.#checkOpen();
      const connection = await this.#pool.acquire(currentSignal());
      if (this.#closed) {
        await this.#pool.release(connection, true);
        throw givenBack();
      }
      this.#connection = connection;
      return connection;
    } finally {
      this.#acquiring = undefined;
    }
  }

  #query(text: string, values: readonly unknown[]): Promise<PackedResult> {
    this.checkFree();
    const connection = this.#connection;
    if (connection === undefined) {
      if (this.#acquiring === undefined && kindOf(text).isPlainRead) {
        this.#checkOpen();
        return this.#pool.reads.read(text, values, currentSignal());
      }
      return this.own().then(() => this.#query(text, values));
    }
    this.#isUnused = false;
    this.noteStatement(text);
    return connection.query(text, values);
  }

  get #isLost(): boolean {
    return this.#connection?.lost ?? false;
  }

  #opened(): number {
    this.#open.push(++this.#lastNumber);
    return this.#lastNumber;
  }

  async #beginWith(text: string): Promise<void> {
    const isFirst = this.#isUnused;
    try {
      await this.#command(text);
    } catch (error) {
      if (!isFirst || this.#connection === undefined || !this.#isLost) throw error;
      // An idle connection may have ended without the pool having heard. Nothing was done on it: another will do.
      const next = await this.#pool.replace(this.#connection);
      if (this.#closed) {
        await next.close();
        throw givenBack();
      }
      this.#connection = next;
      await this.#command(text);
    }
  }

  async #commit(): Promise<{ readonly command: string }> {
    const wasLost = this.#isLost;
    try {
      return await this.#command("commit");
    } catch (error) {
      if (wasLost || !(error instanceof ConnectionError)) throw error;
      throw commitUnknown(this.#connection?.address ?? "", error);
    }
  }

  /** Returns whether that was possible. */
  async #rollBackAll(): Promise<boolean> {
    try {
      if (this.#open.length > 0) await this.#echo("rollback");
      await this.#connection?.command("rollback");
      return true;
    } catch {
      // The pool then closes the connection.
      return false;
    }
  }

  async #release(depth: number): Promise<void> {
    this.#open.length = depth;
    try {
      await this.#command(`release ${this.#savepoint()}`);
    } catch (error) {
      if ((error as { code?: unknown }).code !== "25P02") throw error;
      await this.#command(`rollback to ${this.#savepoint()}; release ${this.#savepoint()}`);
      await this.locks.settle();
      throw failedBefore("begin it again");
    }
  }

  #depthOf(number: number): number {
    return number === 0 ? (this.#open.length > 0 ? 0 : -1) : this.#open.indexOf(number);
  }

  /** The name of the savepoint that begins, or ends, at the present depth. */
  #savepoint(): string {
    return `awaitlet_${this.#open.length}`;
  }

  async #command(text: string): Promise<{ readonly command: string }> {
    await this.#echo(text);
    // Others may have the connection since.
    if (this.#closed) throw givenBack();
    const connection = await this.own();
    this.#isUnused = false;
    return await connection.command(text);
  }

  /** @throws {Error} When it was given back, or something has it to itself. */
  checkFree(): void {
    if (this.#closed) throw givenBack();
    if (this.#exclusiveUse === undefined) return;
    const { what, remedy } = this.#exclusiveUse;
    throw new Error(`use a connection: ${what} on it; ${remedy}`);
  }
}

async function isDone(promise: Promise<unknown>): Promise<boolean> {
  return await promise.then(
    () => true,
    () => false,
  );
}

function failedBefore(remedy: string): Error {
  return new Error(
    `commit a transaction: one of its statements had failed, so the server rolled it back; ${remedy}`,
  );
}
