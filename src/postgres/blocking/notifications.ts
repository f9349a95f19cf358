/**
 * The notifications of a channel, to iterate over.
 *
 * @module
 */

import { awaitlet, hold, type Reference } from "../../../mod.ts";
import type { EngineSettings } from "../base/options.ts";
import type { Subscription } from "../loop/subscription.ts";
import type { Notification } from "../query/listen_options.ts";
import { loop } from "./remote.ts";

/** The notifications of a channel, in blocking code. It listens until it is closed, or a loop over it is left or ends. */
export class Notifications implements Iterable<Notification>, Disposable {
  readonly #listening: Reference<Subscription>;
  readonly #timeout: number | undefined;
  #closed = false;

  /** @internal */
  constructor({ pool, engine, echo }: EngineSettings, channel: string, timeout: number | undefined) {
    this.#listening = hold(loop.listen(pool, engine, echo, channel));
    this.#timeout = timeout;
  }

  /** Listens no longer. Does nothing when that was done before. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    awaitlet(this.#listening.close());
    this.#listening[Symbol.dispose]();
  }

  /** What comes, one after the other; it waits for the next. */
  *[Symbol.iterator](): Generator<Notification, void, undefined> {
    try {
      while (!this.#closed) {
        const taken = awaitlet(this.#listening.take(this.#timeout));
        if (taken.length === 0) return;
        yield* taken;
      }
    } finally {
      this.close();
    }
  }

  /** Stops listening. */
  [Symbol.dispose](): void {
    this.close();
  }
}
