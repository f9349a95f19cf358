/**
 * A statement whose rows are fetched some at a time. It lives in a transaction.
 *
 * @module
 */

import type { PackedResult, ResultColumns } from "../query/packed_result.ts";
import type { Answer } from "./exchange.ts";
import { MessageWriter } from "./message_writer.ts";
import { packAnswer } from "./query_exchange.ts";

export class Portal {
  readonly #name: string;
  readonly #columns: ResultColumns;
  readonly #ask: (messages: MessageWriter) => Promise<Answer>;

  /**
   * @param name What the server knows it by.
   * @param columns Its columns.
   * @param ask Sends to the server, and rejects with what it refuses.
   */
  constructor(name: string, columns: ResultColumns, ask: (messages: MessageWriter) => Promise<Answer>) {
    this.#name = name;
    this.#columns = columns;
    this.#ask = ask;
  }

  /** The next rows: as many, or fewer at the end. */
  async fetch(count: number): Promise<PackedResult> {
    const answer = await this.#ask(new MessageWriter().fetch(this.#name, count).sync());
    return packAnswer(answer, this.#columns);
  }

  async close(): Promise<void> {
    await this.#ask(new MessageWriter().closePortal(this.#name).sync());
  }
}
