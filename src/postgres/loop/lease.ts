/**
 * A connection of the pool in use, on the loop, and the transactions that are open on it.
 *
 * @module
 */

import type { Echo } from "../echo.ts";
import { ConnectionError, commitUnknown } from "../errors.ts";
import type { ResultData } from "../result_data.ts";
import type { DriverConnection } from "../server/driver.ts";
import type { Pool } from "../server/pool.ts";
import { beginText, type TransactionOptions } from "../transaction_options.ts";
import type { ServerType } from "../values/types.ts";
import { AdvisoryLocks } from "./advisory_locks.ts";

/** What has a connection to itself for a while. */
export interface Occupant {
  /** What it is, and what can be done about it, for those who are refused meanwhile. */
  readonly what: string;
  readonly remedy: string;
  /** Has it leave, because the transaction is rolled back or the connection given back. */
  end(): Promise<void>;
}

export class Lease {
  /** The advisory locks of the connection. */
  readonly locks: AdvisoryLocks = new AdvisoryLocks(this);
  #driver: DriverConnection;
  readonly #pool: Pool;
  readonly #echo: Echo;
  /** The numbers of the open transaction and of the savepoints in it, the innermost last. */
  readonly #open: number[] = [];
  #lastNumber = 0;
  #occupant: Occupant | undefined;
  /** Whether nothing was run yet. */
  #isUnused = true;
  #closed = false;

  constructor(driver: DriverConnection, pool: Pool, echo: Echo) {
    this.#driver = driver;
    this.#pool = pool;
    this.#echo = echo;
  }

  /** The connection itself. */
  get driver(): DriverConnection {
    this.checkFree();
    this.#isUnused = false;
    return this.#driver;
  }

  /** Shows a statement that is run on the driver directly. */
  get echo(): Echo {
    return this.#echo;
  }

  /** The number of the transaction that is open, not of a savepoint in it; `undefined` where there is none. */
  get transaction(): number | undefined {
    return this.#open[0];
  }

  /** Who has the connection to itself at present. */
  get occupant(): Occupant | undefined {
    return this.#occupant;
  }

  /** Refuses everything else but rolling back and closing, until the function that it gives is called. */
  occupy(occupant: Occupant): () => void {
    this.checkFree();
    this.#occupant = occupant;
    return () => {
      if (this.#occupant === occupant) this.#occupant = undefined;
    };
  }

  /** Has the occupant leave. */
  async evict(): Promise<void> {
    // What that fails with is no matter of who asks for it: the connection is lost then, or its transaction has failed.
    await this.#occupant?.end().catch(() => {});
    this.#occupant = undefined;
  }

  /** Runs one statement. */
  query(text: string, values: readonly unknown[]): Promise<ResultData> {
    this.checkFree();
    // No promise where none is needed: most of what a program does goes through here.
    const shown = this.#echo(text, values);
    if (shown === undefined) return this.driver.query(text, values);
    return Promise.resolve(shown).then(() => this.driver.query(text, values));
  }

  /** The types of the parameters of a statement. */
  async describe(text: string): Promise<readonly ServerType[]> {
    this.checkFree();
    return await this.#driver.describe(text);
  }

  /** Has the server cancel the statement that runs, which then fails: neither the beginning nor the end of a transaction. */
  cancel(): Promise<void> {
    return this.#driver.cancel();
  }

  /**
   * Begins a transaction, or in one a savepoint.
   *
   * @returns The number to end it by.
   */
  async begin(options: TransactionOptions = {}): Promise<number> {
    this.checkFree();
    if (this.#open.length === 0) {
      await this.#beginWith(beginText(options));
    } else if (Object.keys(options).length > 0) {
      throw new TypeError(
        "begin a savepoint: isolation, readOnly and deferrable belong to the transaction that it is in; give them there",
      );
    } else {
      await this.#command(`savepoint ${this.#savepoint()}`);
    }
    this.#open.push(++this.#lastNumber);
    return this.#lastNumber;
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
    await this.evict();
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
      if (!this.#driver.lost) throw error;
    }
  }

  /** Gives the connection back to the pool. What was not committed is rolled back. Never throws, also when called again. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.evict();
    // A transaction may also have been begun by a statement of the caller's, or be about to begin.
    let isClean = this.#driver.isIdle || (await this.#rollBackAll());
    if (isClean && this.locks.touched) {
      isClean = await this.#driver.command("select pg_advisory_unlock_all()").then(
        () => true,
        () => false,
      );
    }
    await this.#pool.release(this.#driver, isClean);
  }

  async #beginWith(text: string): Promise<void> {
    const isFirst = this.#isUnused;
    try {
      await this.#command(text);
    } catch (error) {
      if (!isFirst || !this.#driver.lost) throw error;
      // An idle connection may have ended without the pool having heard. Nothing was done on it: another will do.
      const next = await this.#pool.replace(this.#driver);
      if (this.#closed) {
        await next.close();
        throw givenBack();
      }
      this.#driver = next;
      await this.#command(text);
    }
  }

  async #commit(): Promise<{ readonly command: string }> {
    const wasLost = this.#driver.lost;
    try {
      return await this.#command("commit");
    } catch (error) {
      if (wasLost || !(error instanceof ConnectionError)) throw error;
      throw commitUnknown(this.#driver.address, error);
    }
  }

  /** Returns whether that was possible. */
  async #rollBackAll(): Promise<boolean> {
    try {
      if (this.#open.length > 0) await this.#echo("rollback");
      await this.#driver.command("rollback");
      return true;
    } catch {
      // Then nobody else gets the connection.
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
    this.#isUnused = false;
    return await this.#driver.command(text);
  }

  /** @throws {Error} When it was given back, or something has it to itself. */
  checkFree(): void {
    if (this.#closed) throw givenBack();
    if (this.#occupant === undefined) return;
    const { what, remedy } = this.#occupant;
    throw new Error(`use a connection: ${what} on it; ${remedy}`);
  }
}

/** What the use of a connection that is none any more throws. */
export function givenBack(): Error {
  return new Error("use a connection: it was given back to the pool; take a new one with engine.connect()");
}

function failedBefore(remedy: string): Error {
  return new Error(
    `commit a transaction: one of its statements had failed, so the server rolled it back; ${remedy}`,
  );
}
