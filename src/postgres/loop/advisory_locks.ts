/**
 * Advisory locks of one connection, on the loop. They belong to the session: neither a commit nor a rollback releases them.
 *
 * @module
 */

import { ConnectionError } from "../base/errors.ts";
import type { LockName } from "../query/lock_name.ts";
import { type PackedResult, rowCountOf } from "../query/packed_result.ts";
import type { Lease } from "./lease.ts";

export class AdvisoryLocks {
  readonly #lease: Lease;
  /** Whether one was asked for that may still be held. */
  #touched = false;
  /** Those released in a transaction that had failed, where the server does nothing. */
  #owed: LockName[] = [];

  constructor(lease: Lease) {
    this.#lease = lease;
  }

  /** Whether the connection may hold some. */
  get touched(): boolean {
    return this.#touched;
  }

  /** Takes a lock. Tells whether it could: when it may wait, always. */
  async take(name: LockName, wait: boolean): Promise<boolean> {
    // Before it is asked for: the connection may be closed while it waits.
    this.#touched = true;
    const result = await (wait
      ? this.#run(name, (lock) => `select pg_advisory_lock${lock}`)
      : this.#run(name, (lock) => `select 1 where pg_try_advisory_lock${lock}`));
    return rowCountOf(result) > 0;
  }

  /** Releases a lock. */
  async release(name: LockName): Promise<void> {
    try {
      await this.#run(name, (lock) => `select pg_advisory_unlock${lock}`);
    } catch (error) {
      // With the connection the lock is gone.
      if (error instanceof ConnectionError) return;
      if ((error as { code?: unknown }).code !== "25P02") throw error;
      this.#owed.push(name);
    }
  }

  /** A transaction was rolled back: releases what could not be while it had failed. */
  async settle(): Promise<void> {
    const owed = this.#owed;
    this.#owed = [];
    for (const name of owed) await this.release(name);
  }

  #run({ key, isName, shared }: LockName, textOf: (lock: string) => string): Promise<PackedResult> {
    const id = isName ? "hashtextextended($1::text, 0)" : "$1::text::bigint";
    return this.#lease.query(textOf(`${shared ? "_shared" : ""}(${id})`), [key]);
  }
}
