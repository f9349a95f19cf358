/**
 * Statements that are sent together and answered together: the server runs one after the other, up to the first that fails.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Statements } from "../many.ts";
import { Exchange } from "./exchange.ts";
import { Messages } from "./messages.ts";
import { checkParameters, type Statement } from "./statement.ts";

/** The exchange of a batch. What its rows hold nobody sees. */
export class BatchExchange extends Exchange {
  /** How many of its statements are done. */
  done = 0;
  /** How many rows those returned or changed, together. */
  total = 0;

  override addRows(): void {}

  override add(kind: number, bytes: Buffer, start: number, end: number): boolean {
    const isLast = super.add(kind, bytes, start, end);
    // "C" and, for a statement without any words in it, "I".
    if (kind === 0x43) this.total += this.rowCount;
    if (kind === 0x43 || kind === 0x49) this.done += 1;
    return isLast;
  }
}

/** What a batch asks of its connection. */
export interface BatchHost {
  /** The statement of that text, where the server keeps it. */
  kept(text: string): Statement | undefined;
  /** Has the server parse a statement. It rejects with what it is refused with. */
  prepare(text: string): Promise<Statement>;
  /** Sends messages. */
  exchange(messages: Messages): Promise<BatchExchange>;
  /** The error to throw for what the server refuses a statement with. */
  explain(refused: unknown, text: string): unknown;
}

/**
 * Runs statements in the transaction that is open.
 *
 * @returns How many rows they returned or changed, together.
 * @throws What the first that failed was refused with; its `row` tells which it was.
 */
export async function runBatch(
  host: BatchHost,
  { first, texts, textOf, values }: Statements,
): Promise<number> {
  let rowCount = 0;
  let messages = new Messages();
  let sent = 0;
  const send = async (until: number) => {
    const answer = await host.exchange(messages.sync());
    const failed = sent + answer.done;
    if (failed < until) {
      throw atRow(host.explain(answer.error, texts[textOf[failed] as number] as string), first + failed);
    }
    rowCount += answer.total;
    messages = new Messages();
    sent = until;
  };
  for (const [i, row] of values.entries()) {
    const text = texts[textOf[i] as number] as string;
    let statement = host.kept(text);
    if (statement === undefined) {
      // It may be about what those before it do.
      if (i > sent) await send(i);
      statement = await host.prepare(text).catch((error: unknown): never => {
        throw atRow(error, first + i);
      });
    }
    try {
      checkParameters(row);
      statement.bind("", row, messages).fetch("", 0);
    } catch (error) {
      throw atRow(error, first + i);
    }
  }
  if (values.length > sent) await send(values.length);
  return rowCount;
}

/** Names the row in an error, which keeps its class. */
function atRow(error: unknown, row: number): unknown {
  if (!(error instanceof Error)) return error;
  const { message, stack } = error;
  const named = `run the statement of row ${row}: ${message}`;
  return Object.assign(error, { row, message: named, stack: stack?.replace(message, () => named) });
}
