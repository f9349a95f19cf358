/**
 * A COPY that is under way on a connection, either way.
 *
 * @module
 */

import type { Client } from "./client.ts";
import type { Answer } from "./exchange.ts";
import { Messages } from "./messages.ts";

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
    if (this.#isDone) await this.cancel();
    else if (!this.#isOver) this.#client.write(new Messages().copyFail(reason.replaceAll("\0", "")).bytes);
    await this.ended.catch(() => {});
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
