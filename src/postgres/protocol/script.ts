/**
 * Runs a script: several statements in one message of the simple query protocol, as `psql -c` does.
 *
 * @module
 */

import { isClientCopy } from "../copy_format/copy_options.ts";
import type { PackedResult, ResultColumns } from "../query/packed_result.ts";
import { splitStatements } from "../query/statement_kind.ts";
import type { Answer } from "./exchange.ts";
import { prefixMessage } from "./message_prefix.ts";
import { MessageWriter } from "./message_writer.ts";
import { packAnswer } from "./query_exchange.ts";
import { changesOfScript, type SchemaChange } from "./schema_changes.ts";
import type { StatementAnswer } from "./script_exchange.ts";

/** What a script asks of its connection. */
export interface ScriptHost {
  /** Sends messages, with `count` statements at most. The answer is `undefined` where the connection was lost. */
  exchange(
    messages: MessageWriter,
    count: number,
  ): Promise<{ readonly answer: Answer | undefined; readonly done: readonly StatementAnswer[] }>;
  /** A statement has run that may have changed what others mean. */
  changed(change: SchemaChange): void;
  /** The columns of a statement. */
  columns(answer: StatementAnswer): Promise<ResultColumns>;
  /** The error to throw for what the server refuses; `undefined` where the connection was lost. */
  explain(refused: unknown): unknown;
}

/**
 * Runs a script.
 *
 * @returns The result of each of its statements.
 * @throws {TypeError} When one of them is a COPY from or to the client.
 */
export async function runScript(host: ScriptHost, text: string): Promise<PackedResult[]> {
  const statements = splitStatements(text);
  const copy = statements.findIndex(isClientCopy);
  if (copy !== -1) {
    throw new TypeError(
      `run a script: its statement ${copy + 1} copies from or to the client; run that by copyFrom() or copyTo()`,
    );
  }
  const { answer, done } = await host.exchange(new MessageWriter().query(text), statements.length);
  if (answer === undefined) throw host.explain(undefined);
  // Also where a later one failed: what it has the server forget does not come back.
  for (const change of changesOfScript(text)) host.changed(change);
  if (answer.error !== undefined) {
    const error = host.explain(answer.error);
    // Where the server tells the place, that is shown.
    const isPlaced = answer.error.position !== undefined;
    throw isPlaced ? error : prefixMessage(error, `run statement ${done.length + 1} of a script`);
  }
  const results: PackedResult[] = [];
  for (const each of done) results.push(packAnswer(each.answer, await host.columns(each)));
  return results;
}
