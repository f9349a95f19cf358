/**
 * The notifications of a channel, to iterate over.
 *
 * @module
 */

import { awaitlet, hold, type Reference } from "../../mod.ts";
import type { EchoLogger } from "./echo.ts";
import type { Listening, Notification } from "./listening.ts";
import { loop } from "./loop/loop.ts";
import type { PoolSettings } from "./options.ts";

/** The notifications of a channel, in blocking code. It listens until it is closed, or a loop over it is left or ends. */
export class Notifications implements Iterable<Notification>, Disposable {
  readonly #listening: Reference<Listening>;
  readonly #timeout: number | undefined;
  #closed = false;

  /** @internal */
  constructor(
    settings: PoolSettings,
    echo: boolean | EchoLogger,
    channel: string,
    timeout: number | undefined,
  ) {
    this.#listening = hold(loop.listen(settings, echo, channel));
    this.#timeout = timeout;
  }

  /** Listens no longer. Does nothing when that was done before. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    awaitlet(this.#listening.close());
    this.#listening[Symbol.dispose]();
  }

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

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The notifications of a channel, on the loop. It listens until it is closed, or a loop over it is left or ends. */
export class AsyncNotifications implements AsyncIterable<Notification>, AsyncDisposable {
  readonly #listening: Listening;
  readonly #timeout: number | undefined;

  /** @internal */
  constructor(listening: Listening, timeout: number | undefined) {
    this.#listening = listening;
    this.#timeout = timeout;
  }

  /** Listens no longer. Does nothing when that was done before. */
  close(): Promise<void> {
    return this.#listening.close();
  }

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

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
