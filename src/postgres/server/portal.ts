/**
 * A statement whose rows are fetched some at a time. It lives in a transaction.
 *
 * @module
 */

import type { ResultData } from "../result_data.ts";
import type { Answer } from "./exchange.ts";
import { Messages } from "./messages.ts";

export class Portal {
  readonly #name: string;
  readonly #columns: string;
  readonly #ask: (messages: Messages) => Promise<Answer>;

  /**
   * @param name What the server knows it by.
   * @param columns Its columns, as `writeColumns()` writes them.
   * @param ask Sends to the server, and rejects with what it refuses.
   */
  constructor(name: string, columns: string, ask: (messages: Messages) => Promise<Answer>) {
    this.#name = name;
    this.#columns = columns;
    this.#ask = ask;
  }

  /** The next rows: as many, or fewer at the end. */
  async fetch(count: number): Promise<ResultData> {
    const { rows, rowCount, command } = await this.#ask(new Messages().fetch(this.#name, count).sync());
    return { columns: this.#columns, rows, rowCount, command };
  }

  async close(): Promise<void> {
    await this.#ask(new Messages().closePortal(this.#name).sync());
  }
}
