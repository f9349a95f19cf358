/**
 * A COPY that is under way on a connection, either way.
 *
 * @module
 */

import type { Client } from "../server/client.ts";
import type { Answer } from "../server/exchange.ts";
import { Messages } from "../server/messages.ts";

/** How long the server may take to drop the data before it is asked to cancel the COPY, in milliseconds. */
const PATIENCE = 500;

export class Copying {
  /** Resolves when the server is ready for data, or about to send it. Rejects when it refuses the COPY. */
  readonly started: Promise<void>;
  /** How the server ended it. */
  readonly ended: Promise<Answer>;
  readonly #client: Client;
  #isOver = false;
  /** Whether all data was sent. */
  #isDone = false;

  /**
   * @param client What it runs on.
   * @param begin Begins it. Calls what it is given when the server has; what it gives is how it ended.
   */
  constructor(client: Client, begin: (onStart: () => void) => Promise<Answer>) {
    this.#client = client;
    let onStart = () => {};
    const start = new Promise<void>((resolve) => {
      onStart = resolve;
    });
    this.ended = begin(onStart);
    const over = () => {
      this.#isOver = true;
    };
    this.ended.then(over, over);
    this.started = Promise.race([start, this.ended.then(() => {})]);
    this.started.catch(() => {});
  }

  /** Sends data. */
  send(data: Uint8Array): void {
    if (!this.#isOver) this.#client.write(new Messages().copyData(data).bytes);
  }

  /** Waits until the data that was sent has left. Rejects when the server has ended the COPY meanwhile. */
  async drained(): Promise<void> {
    await (this.#isOver ? this.ended : Promise.race([this.#client.drained(), this.ended]));
  }

  /** Ends the data, and waits for what the server says to it. */
  async done(): Promise<Answer> {
    this.#isDone = true;
    if (!this.#isOver) this.#client.write(new Messages().copyDone().bytes);
    return await this.ended;
  }

  /** Has the server drop the data. */
  async fail(reason: string): Promise<void> {
    if (!this.#isOver && !this.#isDone) {
      this.#client.write(new Messages().copyFail(reason.replaceAll("\0", "")).bytes);
    }
    // A server that is busy with what came before does not look at it.
    let cancelled: Promise<unknown> | undefined;
    const timer = setTimeout(
      () => {
        cancelled = this.cancel();
      },
      this.#isDone ? 0 : PATIENCE,
    );
    await this.ended.catch(() => {});
    clearTimeout(timer);
    await cancelled;
  }

  /** Stops reading what the server sends, until `resume()`. */
  pause(): void {
    if (!this.#isOver) this.#client.pause();
  }

  resume(): void {
    this.#client.resume();
  }

  /** Has the server send no more, where it has not ended by itself. Tells whether it had, and well. */
  async cancel(): Promise<boolean> {
    this.#client.resume();
    // Where the server cannot be asked, it sends what there is.
    if (!this.#isOver) await this.#client.cancel().catch(() => {});
    return await this.ended.then(
      () => true,
      () => false,
    );
  }
}
