/**
 * A COPY that is under way on a connection, either way.
 *
 * @module
 */

import type { Answer } from "./exchange.ts";
import { MessageWriter } from "./message_writer.ts";

/** How long the server may take to drop the data before it is asked to cancel the COPY, in milliseconds. */
const PATIENCE = 500;

/** What a COPY runs on: a connection. */
export interface CopyHost {
  write(bytes: Uint8Array): void;
  drained(): Promise<void>;
  pause(): void;
  resume(): void;
  requestCancel(): Promise<void>;
}

export class Copying {
  /** Resolves when the server is ready for data, or about to send it. Rejects when it refuses the COPY. */
  readonly started: Promise<void>;
  /** How the server ended it. */
  readonly ended: Promise<Answer>;
  readonly #host: CopyHost;
  #isOver = false;
  /** Whether all data was sent. */
  #isDone = false;

  /**
   * @param host What it runs on.
   * @param begin Begins it. Calls what it is given when the server has; what it gives is how it ended.
   */
  constructor(host: CopyHost, begin: (onStart: () => void) => Promise<Answer>) {
    this.#host = host;
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
    if (!this.#isOver) this.#host.write(new MessageWriter().copyData(data).bytes);
  }

  /** Waits until the data that was sent has left. Rejects when the server has ended the COPY meanwhile. */
  async drained(): Promise<void> {
    await (this.#isOver ? this.ended : Promise.race([this.#host.drained(), this.ended]));
  }

  /** Ends the data, and waits for what the server says to it. */
  async done(): Promise<Answer> {
    this.#isDone = true;
    if (!this.#isOver) this.#host.write(new MessageWriter().copyDone().bytes);
    return await this.ended;
  }

  /** Has the server drop the data. */
  async fail(reason: string): Promise<void> {
    if (!this.#isOver && !this.#isDone) {
      this.#host.write(new MessageWriter().copyFail(reason.replaceAll("\0", "")).bytes);
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
    if (!this.#isOver) this.#host.pause();
  }

  resume(): void {
    this.#host.resume();
  }

  /** Has the server send no more, where it has not ended by itself. Tells whether it had, and well. */
  async cancel(): Promise<boolean> {
    this.#host.resume();
    // Where the server cannot be asked, it sends what there is.
    if (!this.#isOver) await this.#host.requestCancel().catch(() => {});
    return await this.ended.then(
      () => true,
      () => false,
    );
  }
}
