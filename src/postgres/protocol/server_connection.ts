/**
 * One connection to the server, on the loop: the statements on it.
 *
 * @module
 */

import type { PoolSettings } from "../base/options.ts";
import { isClientCopy } from "../copy_format/copy_options.ts";
import type { Statements } from "../query/many_statements.ts";
import type { PackedResult } from "../query/packed_result.ts";
import type { ServerType } from "../types/types.ts";
import { IDLE } from "./codes.ts";
import { CopyExchange } from "./copy_exchange.ts";
import { Copying } from "./copying.ts";
import { type ConnectionEvents, MessageConnection } from "./message_connection.ts";
import { MessageWriter } from "./message_writer.ts";
import { Portal } from "./portal.ts";
import { packAnswer, QueryExchange, type QueryHost } from "./query_exchange.ts";
import { runScript, type ScriptHost } from "./script.ts";
import { ScriptExchange } from "./script_exchange.ts";
import { RESET_SESSION, RESET_SHARED } from "./session_reset.ts";
import type { StartedConnection } from "./started_connection.ts";
import { start } from "./startup.ts";
import { checkParameters, type Statement } from "./statement.ts";
import { BatchExchange, type BatchHost, runBatch } from "./statement_batch.ts";
import { mayBeOutdated, StatementCache } from "./statement_cache.ts";

/** A connection. When the server or the network ends it, it is lost: it never connects anew. */
export class ServerConnection extends MessageConnection implements QueryHost {
  readonly #statements: StatementCache;
  readonly #resetText: string;
  #lastPortal = 0;
  /** What begins the transaction, or the savepoint, anew, as long as nothing has been done in it. */
  #restart: string | undefined;
  /** How many statements are under way. */
  load = 0;
  /** Called when the last of them is answered. */
  onDrained: (() => void) | undefined;

  private constructor(started: StartedConnection, settings: PoolSettings, events: ConnectionEvents) {
    super(started, settings, events);
    this.#resetText = started.sharesSession === true ? RESET_SHARED : RESET_SESSION;
    this.#statements = new StatementCache(settings, (messages) => this.send(messages).sent);
  }

  /**
   * Connects.
   *
   * @param settings Where to, and how.
   * @throws {ConnectionError} When it cannot be made in time.
   */
  static async open(settings: PoolSettings, events: ConnectionEvents = {}): Promise<ServerConnection> {
    return new ServerConnection(await start(settings), settings, events);
  }

  /**
   * Runs one statement. Several may be under way; they are sent in the order that they were asked for in.
   *
   * @param text The statement.
   * @param values Its parameters.
   * @param signal Aborts when nobody wants the result any more.
   * @throws {ConnectionError} When the connection is lost.
   * @throws {DatabaseError} When the server refuses the statement.
   */
  query(text: string, values: readonly unknown[], signal?: AbortSignal): Promise<PackedResult> {
    return this.queryIfReady(text, values, signal) ?? this.#describeAndRun(text, values, signal);
  }

  /** Runs one statement at once; `undefined` where it would have to be described, or to wait for others, first. */
  queryIfReady(
    text: string,
    values: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<PackedResult> | undefined {
    if (this.mutex.isLocked) return undefined;
    const statement = this.#statements.get(text);
    return statement && this.#run(statement, values, true, signal);
  }

  /** The types of the parameters of a statement. */
  async describe(text: string): Promise<readonly ServerType[]> {
    const known = this.#statements.get(text) ?? (await this.mutex.run(() => this.#prepare(text)));
    return known.parameters;
  }

  /**
   * Has a statement ready, in the transaction that is open, to fetch its rows some at a time.
   *
   * @throws {TypeError} When it returns no rows.
   */
  async open(text: string, values: readonly unknown[]): Promise<Portal> {
    checkParameters(values);
    const restart = this.#takeRestart();
    const known = await this.mutex.run(() => this.#prepare(text));
    const name = `awaitlet_${++this.#lastPortal}`;
    const ask = (messages: MessageWriter) => this.ask(text, messages);
    const bind = async (statement: Statement): Promise<Statement> => {
      if (!statement.hasRows) {
        throw new TypeError("stream a query: it returns no rows; run it by execute()");
      }
      let messages = statement.parse(values, new MessageWriter()).describe("");
      try {
        messages = statement.bind(name, values, messages, "").sync();
      } catch (error) {
        // The values may fit the types that the parameters have by now.
        if (statement === known) return await bind(await this.#prepare(text, true));
        throw error;
      }
      const answer = await this.send(messages).sent;
      if (answer?.error === undefined && answer?.isBound && statement.isSame(answer)) return statement;
      if (answer === undefined) this.refuse(undefined, text);
      if (answer.error !== undefined && (statement !== known || !mayBeOutdated(answer.error))) {
        this.refuse(answer.error, text);
      }
      // It is not as it was: the columns are others, or their types are.
      if (answer.error === undefined) await ask(new MessageWriter().closePortal(name).sync());
      else if (!(await this.#canRunAgain(answer.status, restart))) this.refuse(answer.error, text);
      return await bind(await this.#prepare(text, true));
    };
    const { columns } = await this.mutex.run(() => bind(known));
    return new Portal(name, columns, ask);
  }

  /** Runs statements in the transaction that is open, sent together, up to the first that fails. */
  many(statements: Statements): Promise<number> {
    const restart = this.#takeRestart();
    const host: BatchHost = {
      known: (text) => this.#statements.get(text),
      prepare: (text, isFresh) => this.#prepare(text, isFresh),
      exchange: async (messages, count) => {
        let exchange: BatchExchange | undefined;
        await this.send(messages, (onAnswer) => {
          exchange = new BatchExchange(count, onAnswer);
          return exchange;
        }).sent;
        // None was made where the connection is lost already.
        return exchange ?? new BatchExchange(count, () => {});
      },
      changed: (change) => this.#statements.changed(change),
      forget: (text) => this.#statements.forget(text),
      canRunAgain: () => this.#canRunAgain(this.status, restart),
      explain: (refused, text) => this.explain(refused, text),
    };
    return this.mutex.run(() => runBatch(host, statements));
  }

  /**
   * Runs several statements in one text. Nothing else is sent until all are done.
   *
   * @returns The result of each.
   */
  script(text: string): Promise<PackedResult[]> {
    this.#restart = undefined;
    if (/statement_timeout/i.test(text)) this.hasOwnTimeout = true;
    const refuseCopy = () => this.write(new MessageWriter().copyFail("script() does not copy").bytes);
    const host: ScriptHost = {
      exchange: async (messages, count) => {
        let exchange: ScriptExchange | undefined;
        const answer = await this.send(messages, (onAnswer) => {
          exchange = new ScriptExchange(count, refuseCopy, onAnswer);
          return exchange;
        }).sent;
        return { answer, done: exchange?.done ?? [] };
      },
      changed: (change) => this.#statements.changed(change),
      columns: ({ answer, areBinary }) => this.#statements.textColumns(answer, areBinary),
      explain: (refused) => this.explain(refused, text),
    };
    return this.mutex.run(() => runScript(host, text));
  }

  /**
   * @param text SQL of our own, several statements perhaps: nothing that comes from outside.
   * @returns What the server calls the last of the statements.
   */
  async command(text: string): Promise<{ readonly command: string }> {
    this.#restart = restartOf(text);
    const answer = await this.uncancellably(this.ask(text, new MessageWriter().query(text)));
    if (text.startsWith("rollback to")) this.#statements.answered(false, true);
    return answer;
  }

  /** Has the session be as it was when it began, but for the statements that are prepared in it. */
  async resetSession(): Promise<void> {
    await this.command(this.#resetText);
    // The search path may have been another.
    this.#statements.changed("session");
  }

  /**
   * Begins a COPY. Nothing else is sent until it has ended.
   *
   * @param text The COPY: one statement, from stdin or to stdout.
   * @param onData Takes what the server sends: CopyData messages, cut anywhere.
   */
  copy(text: string, onData: (part: Uint8Array) => void): Copying {
    this.#restart = undefined;
    return new Copying(this, (onStart) =>
      this.uncancellably(
        this.mutex.run(async () => {
          const { sent } = this.send(
            new MessageWriter().query(text),
            (settle) => new CopyExchange({ onStart, onData }, settle),
          );
          return this.checked(await sent, text);
        }),
      ),
    );
  }

  /** Has the server describe a statement, even where it is known, and runs it. */
  async #describeAndRun(
    text: string,
    values: readonly unknown[],
    signal: AbortSignal | undefined,
    isFresh = false,
  ): Promise<PackedResult> {
    checkParameters(values);
    this.load += 1;
    try {
      const { result } = await this.mutex.run(async () => {
        let statement = await this.#prepare(text, isFresh);
        let isKnown = !isFresh;
        if (isKnown && statement.mustBeDescribed(values)) {
          statement = await this.#prepare(text, true);
          isKnown = false;
        }
        // An object, so that the mutex is free again as soon as this has been sent.
        return { result: this.#run(statement, values, isKnown, signal) };
      });
      return await result;
    } finally {
      this.#unload();
    }
  }

  /** Runs a statement, with as few calls as may be: most of what a program does goes through here. */
  #run(
    statement: Statement,
    values: readonly unknown[],
    isKnown: boolean,
    signal: AbortSignal | undefined,
  ): Promise<PackedResult> {
    if (this.leaving === undefined) {
      this.leaving = new MessageWriter();
      queueMicrotask(this.flush);
    }
    let isParsedAnew = false;
    if (!statement.executeShort(values, this.leaving)) {
      if (isKnown && statement.mustBeDescribed(values))
        return this.#describeAndRun(statement.text, values, signal);
      isParsedAnew = statement.name === "" || (isKnown && !statement.isExact(values));
      let messages: MessageWriter;
      try {
        messages = isParsedAnew ? statement.parseAndExecute(values) : statement.execute(values);
      } catch (error) {
        // The values may fit the types that the parameters have by now.
        return isKnown ? this.#describeAndRun(statement.text, values, signal, true) : Promise.reject(error);
      }
      this.write(messages.bytes);
    }
    const restart = this.#restart;
    this.#restart = undefined;
    this.load += 1;
    return new Promise((resolve) => {
      const exchange = new QueryExchange(
        this,
        statement,
        values,
        isKnown,
        isParsedAnew,
        restart,
        signal,
        resolve,
      );
      if (this.lost) exchange.lose();
      else this.expect(exchange);
    });
  }

  /** @internal A statement was answered, or the connection was lost. */
  settled(exchange: QueryExchange, isLost: boolean): PackedResult | Promise<PackedResult> {
    this.status = exchange.status;
    if (this.#statements.hasOpenChange) this.#statements.answered(this.status === IDLE, false);
    if (isLost || exchange.error !== undefined || exchange.isCopy)
      return this.#loaded(this.#failed(exchange));
    const { statement } = exchange;
    if (statement.change !== "nothing") this.#statements.changed(statement.change);
    if (exchange.isParsedAnew) return this.#loaded(this.#asText(exchange));
    this.load -= 1;
    if (this.load === 0) this.onDrained?.();
    return packAnswer(exchange, statement.columns);
  }

  /** Counts a statement that was answered as under way until its result is there: it may have to be run again. */
  #loaded(result: Promise<PackedResult>): Promise<PackedResult> {
    const unload = () => this.#unload();
    result.then(unload, unload);
    return result;
  }

  /** The result of a statement that was parsed anew: it may have other columns than it had. */
  async #asText(exchange: QueryExchange): Promise<PackedResult> {
    const { statement } = exchange;
    let described = statement;
    if (!statement.isSame(exchange)) {
      this.#statements.forget(statement.text);
      described = await this.mutex.run(() => this.#statements.learnColumns(exchange, statement.text));
    }
    return packAnswer(exchange, described.textColumns);
  }

  async #failed(exchange: QueryExchange): Promise<PackedResult> {
    const { statement, values, isKnown, restart, signal, error, status } = exchange;
    const { text } = statement;
    // Refused before it ran: the schema may have changed since it was described, or the server has forgotten it.
    if (error !== undefined && !exchange.isBound && isKnown && mayBeOutdated(error)) {
      this.#statements.forget(text);
      if (await this.#canRunAgain(status, restart)) {
        return await this.#describeAndRun(text, values, signal, true);
      }
    }
    if (exchange.isCopy) {
      throw new TypeError("run a query: execute() does not copy; use copyFrom() or copyTo()");
    }
    this.refuse(error, text);
  }

  protected override onStatus(): void {
    this.#statements.answered(this.status === IDLE, false);
  }

  #unload(): void {
    this.load -= 1;
    if (this.load === 0) this.onDrained?.();
  }

  /** What begins the transaction anew, where nothing has been done in it until now. */
  #takeRestart(): string | undefined {
    const restart = this.#restart;
    this.#restart = undefined;
    return restart;
  }

  /** Whether a statement that was refused before it ran may run again: nothing else is lost by it. */
  async #canRunAgain(status: string, restart: string | undefined): Promise<boolean> {
    if (status === IDLE) return true;
    if (restart === undefined) return false;
    const answer = await this.send(new MessageWriter().query(restart)).sent;
    return answer !== undefined && answer.error === undefined;
  }

  async #prepare(text: string, isFresh = false): Promise<Statement> {
    if (isClientCopy(text)) {
      throw new TypeError("run a query: execute() does not copy; use copyFrom() or copyTo()");
    }
    if (/statement_timeout/i.test(text)) this.hasOwnTimeout = true;
    return await this.#statements.prepare(text, isFresh).catch((error) => this.refuse(error, text));
  }
}

/** What begins a transaction anew, or a savepoint, after a statement in it has failed; `undefined` for another command. */
function restartOf(text: string): string | undefined {
  if (/^begin\b/.test(text)) return `rollback; ${text}`;
  return /^savepoint \w+$/.test(text) ? text.replace("savepoint", "rollback to") : undefined;
}
