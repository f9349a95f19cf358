/**
 * The notifications of one channel, for one who listens to it, on the loop.
 *
 * @module
 */

/** What was sent with NOTIFY. */
export interface Notification {
  readonly channel: string;
  readonly payload: string;
}

/** How long to listen. */
export interface ListenOptions {
  /** After how many milliseconds without a notification it ends. Default: never. */
  readonly timeout?: number;
}

/** The longest that a timer waits, in milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** @throws {RangeError} When the time is none. */
export function checkTimeout({ timeout }: ListenOptions): number | undefined {
  if (timeout === undefined || timeout === Number.POSITIVE_INFINITY) return undefined;
  if (timeout >= 0 && timeout <= LONGEST) return timeout;
  throw new RangeError(
    `listen: timeout is ${timeout}; it must be a number of milliseconds from 0 to ${LONGEST}`,
  );
}

export class Listening {
  readonly #leave: () => Promise<void>;
  #notifications: Notification[] = [];
  #error: Error | undefined;
  #closed = false;
  /** Those who wait: several may iterate. */
  readonly #waiting = new Set<() => void>();

  constructor(leave: () => Promise<void>) {
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
