/**
 * Statements that are sent together and answered together: the server runs one after the other, up to the first that fails.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import type { Statements } from "../query/many_statements.ts";
import { COMMAND_COMPLETE, EMPTY_QUERY } from "./codes.ts";
import { type Answer, Exchange } from "./exchange.ts";
import { prefixMessage } from "./message_prefix.ts";
import { MessageWriter } from "./message_writer.ts";
import type { SchemaChange } from "./schema_changes.ts";
import { checkParameters, type Statement } from "./statement.ts";
import { mayBeOutdated } from "./statement_cache.ts";

/** The exchange of a batch. Its rows are counted, not kept. */
export class BatchExchange extends Exchange {
  /** How many statements it has. */
  readonly count: number;
  /** How many of its statements are done. */
  done = 0;
  /** How many rows those returned or changed, together. */
  total = 0;

  constructor(count: number, onAnswer: (answer: Answer | undefined) => void) {
    super(onAnswer);
    this.count = count;
  }

  override addRows(): void {}

  override add(kind: number, bytes: Buffer, start: number, end: number): boolean {
    const isLast = super.add(kind, bytes, start, end);
    if (kind === COMMAND_COMPLETE) this.total += this.rowCount;
    if (kind === COMMAND_COMPLETE || kind === EMPTY_QUERY) this.done += 1;
    return isLast;
  }
}

/** What a batch asks of its connection. */
export interface BatchHost {
  /** The statement of that text, where it is known. */
  known(text: string): Statement | undefined;
  /** Has the server describe a statement, even where it is known. It rejects with what it is refused with. */
  prepare(text: string, isFresh?: boolean): Promise<Statement>;
  /** Sends messages, with `count` statements. */
  exchange(messages: MessageWriter, count: number): Promise<BatchExchange>;
  /** A statement has run that may have changed what others mean. */
  changed(change: SchemaChange): void;
  /** Forgets a statement that the server has refused before it ran. */
  forget(text: string): void;
  /** Takes back what the batch has done, and tells whether that was possible. */
  canRunAgain(): Promise<boolean>;
  /** The error to throw for what the server refuses a statement with. */
  explain(refused: unknown, text: string): unknown;
}

/** The batch is to be run again: one of its statements had changed. */
class Outdated {
  readonly error: unknown;

  /** @param error What to throw where it cannot be. */
  constructor(error: unknown) {
    this.error = error;
  }
}

/**
 * Runs statements in the transaction that is open.
 *
 * @returns How many rows they returned or changed, together.
 * @throws What the first that failed was refused with; its `row` tells which it was.
 */
export async function runBatch(host: BatchHost, statements: Statements): Promise<number> {
  try {
    return await new Batch(host, statements, false).run();
  } catch (error) {
    if (!(error instanceof Outdated)) throw error;
    if (!(await host.canRunAgain())) throw error.error;
    return await new Batch(host, statements, true).run();
  }
}

class Batch {
  readonly #host: BatchHost;
  readonly #statements: Statements;
  /** Whether it was run before, in vain. */
  readonly #isAgain: boolean;
  /** The texts whose statements were described for this batch. */
  readonly #described = new Set<string>();
  #messages = new MessageWriter();
  /** The statement without a name that the server has at that point, with the types of its parameters. */
  #unnamed = "";
  /** How many were sent. */
  #sent = 0;
  #rowCount = 0;

  constructor(host: BatchHost, statements: Statements, isAgain: boolean) {
    this.#host = host;
    this.#statements = statements;
    this.#isAgain = isAgain;
  }

  async run(): Promise<number> {
    const { first, values } = this.#statements;
    for (const [i, row] of values.entries()) {
      let statement = await this.#statementOf(i);
      try {
        checkParameters(row);
        try {
          this.#bind(statement, row);
        } catch (error) {
          // The values may fit the types that the parameters have by now.
          if (this.#described.has(statement.text)) throw error;
          statement = await this.#describe(i);
          this.#bind(statement, row);
        }
      } catch (error) {
        throw atRow(error, first + i);
      }
      // Those behind it may be about what it does.
      if (statement.change !== "nothing") {
        await this.#send(i + 1);
        this.#host.changed(statement.change);
      }
    }
    await this.#send(values.length);
    return this.#rowCount;
  }

  #textOf(i: number): string {
    const { texts, textOf } = this.#statements;
    return texts[textOf[i] as number] as string;
  }

  async #statementOf(i: number): Promise<Statement> {
    const text = this.#textOf(i);
    const known = this.#host.known(text);
    const mustBe = known?.mustBeDescribed(this.#statements.values[i] ?? []) && !this.#described.has(text);
    if (known !== undefined && !mustBe) return known;
    return await this.#describe(i).catch((error: unknown): never => {
      throw atRow(error, this.#statements.first + i);
    });
  }

  async #describe(i: number): Promise<Statement> {
    const text = this.#textOf(i);
    // It may be about what those before it do.
    await this.#send(i);
    const isFresh = !this.#described.has(text);
    this.#described.add(text);
    return await this.#host.prepare(text, isFresh);
  }

  #bind(statement: Statement, row: readonly unknown[]): void {
    let { name } = statement;
    if (name === "" || !(this.#described.has(statement.text) || statement.isExact(row))) {
      const unnamed = `${statement.typesOf(row).join()} ${statement.text}`;
      if (this.#unnamed !== unnamed) statement.parse(row, this.#messages);
      this.#unnamed = unnamed;
      name = "";
    }
    statement.bind("", row, this.#messages, name).fetch("", 0);
  }

  /** Sends those up to this one that are not sent yet. */
  async #send(until: number): Promise<void> {
    if (this.#sent === until) return;
    const { exchange, explain, forget } = this.#host;
    const answer = await exchange(this.#messages.sync(), until - this.#sent);
    const failed = this.#sent + answer.done;
    if (failed < until) {
      const text = this.#textOf(failed);
      const error = atRow(explain(answer.error, text), this.#statements.first + failed);
      // The server has refused it before it ran.
      const isRefused = answer.error !== undefined && answer.bound === answer.done;
      if (this.#isAgain || !isRefused || !mayBeOutdated(answer.error ?? {})) throw error;
      forget(text);
      throw new Outdated(error);
    }
    this.#rowCount += answer.total;
    this.#messages = new MessageWriter();
    this.#unnamed = "";
    this.#sent = until;
  }
}

/** Names the row in an error, which keeps its class. */
function atRow(error: unknown, row: number): unknown {
  if (!(error instanceof Error)) return error;
  return Object.assign(prefixMessage(error, `run the statement of row ${row}`), { row });
}
