/**
 * An advisory lock that is held.
 *
 * @module
 */

import { awaitlet } from "../../mod.ts";
import type { LockName } from "./lock_name.ts";
import type { AdvisoryLocks } from "./loop/advisory_locks.ts";
import { loop } from "./loop/loop.ts";

/** An advisory lock that blocking code holds, until it is released or the connection is given back. */
export class AdvisoryLock implements Disposable {
  readonly #connection: number;
  readonly #name: LockName;
  #released = false;

  /** @internal */
  constructor(connection: number, name: LockName) {
    this.#connection = connection;
    this.#name = name;
  }

  /** Releases it. Does nothing when that was done before. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    awaitlet(loop.unlock(this.#connection, this.#name));
  }

  [Symbol.dispose](): void {
    this.release();
  }
}

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

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }
}
