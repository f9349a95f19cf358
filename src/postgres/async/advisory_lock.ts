/**
 * An advisory lock that code on the loop holds.
 *
 * @module
 */

import type { AdvisoryLocks } from "../loop/advisory_locks.ts";
import type { LockName } from "../query/lock_name.ts";

/** An advisory lock that code on the loop holds, until it is released or the connection is given back. */
export class AsyncAdvisoryLock implements AsyncDisposable {
  readonly #locks: AdvisoryLocks;
  readonly #name: LockName;
  #released = false;

  /** @internal */
  constructor(locks: AdvisoryLocks, name: LockName) {
    this.#locks = locks;
    this.#name = name;
  }

  /** Releases it. Does nothing when that was done before. */
  async release(): Promise<void> {
    if (this.#released) return;
    this.#released = true;
    await this.#locks.release(this.#name);
  }

  /** Gives the lock back. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
