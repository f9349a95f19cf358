/**
 * The notifications of one channel for one listener, on the loop.
 *
 * @module
 */

import type { Notification } from "../query/listen_options.ts";

export class Subscription {
  /** The number of the engine that it listens by. */
  readonly engine: number;
  readonly #leave: () => Promise<void>;
  #notifications: Notification[] = [];
  #error: Error | undefined;
  #closed = false;
  /** The waiting callers: several loops may iterate at once. */
  readonly #waiting = new Set<() => void>();

  constructor(engine: number, leave: () => Promise<void>) {
    this.engine = engine;
    this.#leave = leave;
  }

  add(notification: Notification): void {
    this.#notifications.push(notification);
    this.#wake();
  }

  fail(error: Error): void {
    this.#error = error;
    this.#wake();
  }

  /**
   * The notifications that have come since the last time; if there are none it waits for the first.
   *
   * @param timeout How many milliseconds to wait, if not for ever.
   * @returns None when the time is over, or it was closed.
   * @throws {ConnectionError} When the connection was lost, after the notifications that came before.
   */
  async take(timeout: number | undefined): Promise<Notification[]> {
    if (!this.#isReady) await this.#wait(timeout);
    const taken = this.#notifications;
    this.#notifications = [];
    if (taken.length === 0 && this.#error !== undefined && !this.#closed) throw this.#error;
    return taken;
  }

  /** Listens no longer. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#notifications = [];
    this.#wake();
    await this.#leave();
  }

  get #isReady(): boolean {
    return this.#notifications.length > 0 || this.#error !== undefined || this.#closed;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  async #wait(timeout: number | undefined): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      // On a busy loop the time may be over before what has come meanwhile is read: that is done before the next timer.
      const look = () => {
        timer = setTimeout(wake, 0);
      };
      if (timeout !== undefined) timer = setTimeout(look, timeout);
    });
  }
}
