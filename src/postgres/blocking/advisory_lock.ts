/**
 * An advisory lock that is held.
 *
 * @module
 */

import { awaitlet } from "../../../mod.ts";
import type { LockName } from "../query/lock_name.ts";
import { loop } from "./remote.ts";

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

  /** Gives the lock back. */
  [Symbol.dispose](): void {
    this.release();
  }
}
