/**
 * The notifications of a channel, for code on the loop.
 *
 * @module
 */

import type { Subscription } from "../loop/subscription.ts";
import type { Notification } from "../query/listen_options.ts";

/** The notifications of a channel, on the loop. It listens until it is closed, or a loop over it is left or ends. */
export class AsyncNotifications implements AsyncIterable<Notification>, AsyncDisposable {
  readonly #listening: Subscription;
  readonly #timeout: number | undefined;

  /** @internal */
  constructor(listening: Subscription, timeout: number | undefined) {
    this.#listening = listening;
    this.#timeout = timeout;
  }

  /** Listens no longer. Does nothing when that was done before. */
  close(): Promise<void> {
    return this.#listening.close();
  }

  /** What comes, one after the other; it waits for the next. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Notification, void, undefined> {
    try {
      for (;;) {
        const taken = await this.#listening.take(this.#timeout);
        if (taken.length === 0) return;
        yield* taken;
      }
    } finally {
      await this.close();
    }
  }

  /** Stops listening. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
