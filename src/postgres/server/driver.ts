/**
 * One connection to the server, on the loop.
 *
 * Each has a client of the driver with room for one connection. The driver's own pool can lose a waiting
 * `reserve()` when a connection breaks, and reconnects by itself, also in the middle of a transaction.
 *
 * @module
 */

import { CopyExchange } from "../copy/copy_exchange.ts";
import { isClientCopy } from "../copy/copy_options.ts";
import { Copying } from "../copy/copying.ts";
import { addressOf, explainConnectFailure, explainQueryFailure } from "../errors.ts";
import type { Statements as ManyStatements } from "../many.ts";
import type { PoolSettings } from "../options.ts";
import type { ResultData } from "../result_data.ts";
import type { ServerType } from "../values/types.ts";
import { BatchExchange, type BatchHost, runBatch } from "./batch.ts";
import { type Client, createClient } from "./client.ts";
import { type Answer, Exchange } from "./exchange.ts";
import { Messages } from "./messages.ts";
import { Portal } from "./portal.ts";
import { checkParameters, type Statement } from "./statement.ts";
import { Statements } from "./statements.ts";
import { Turns } from "./turns.ts";

/** How many milliseconds the server may take to cancel what it runs. */
const LONGEST_PATIENCE = 2000;

type Settle = (answer: Answer | undefined) => void;

/** A connection. When the server or the network ends it, it is lost: it never connects anew. */
export class DriverConnection {
  readonly #client: Client;
  /** Where it leads, for messages. */
  readonly address: string;
  readonly #statements: Statements;
  #lost = false;
  /** What cannot be sent at once, or bears nothing else while it is under way. */
  readonly #turns = new Turns();
  /** How much is under way that is not to be cancelled: the beginning or the end of a transaction, or COPY. */
  #spared = 0;
  #lastPortal = 0;
  /** Where the last answer has left the connection. */
  #status = "I";

  private constructor(client: Client, settings: PoolSettings) {
    this.#client = client;
    this.address = addressOf(settings.url);
    this.#statements = new Statements(settings.textTypes, (messages) => this.#send(messages).sent);
  }

  /**
   * @param settings Where to, and how.
   * @param onLost Called once, when the connection has ended, also by `close()`.
   * @param onNotify Called for each notification.
   * @throws {ConnectionError} When it cannot be made in time.
   */
  static async open(
    settings: PoolSettings,
    onLost: () => void,
    onNotify: (channel: string, payload: string) => void = () => {},
  ): Promise<DriverConnection> {
    let connection: DriverConnection | undefined;
    const onClose = () => {
      if (connection === undefined || connection.#lost) return;
      connection.#lost = true;
      client.incoming.lose();
      onLost();
    };
    const client: Client = await createClient(settings, { onClose, onNotify });
    try {
      // The driver starts its own clock anew each time that a server hangs up on it, and tries again for ever.
      if (!(await isWithin(settings.connectTimeout, client.sql.unsafe("select 1")))) {
        throw Object.assign(new Error(), { code: "CONNECT_TIMEOUT" });
      }
    } catch (error) {
      client.destroy();
      void client.sql.end({ timeout: 0 });
      throw explainConnectFailure(error, addressOf(settings.url));
    }
    connection = new DriverConnection(client, settings);
    return connection;
  }

  /** Whether nothing is under way, and no transaction open. */
  get isIdle(): boolean {
    return this.#status === "I" && !this.#turns.areTaken && !this.#client.incoming.isBusy;
  }

  /** Whether the connection keeps the process alive: an idle one need not. */
  keepAlive(alive: boolean): void {
    this.#client.keepAlive(alive);
  }

  get lost(): boolean {
    return this.#lost;
  }

  /**
   * Runs one statement. Several may be under way; they are sent in the order that they were asked for in.
   *
   * @param text The statement.
   * @param values Its parameters.
   * @param isKept Whether the server is to keep the statement for the next time.
   * @throws {ConnectionError} When the connection is lost.
   * @throws {DatabaseError} When the server refuses the statement.
   */
  query(text: string, values: readonly unknown[], isKept: boolean = true): Promise<ResultData> {
    checkParameters(values);
    const kept = isKept && !this.#turns.areTaken ? this.#statements.get(text) : undefined;
    return kept === undefined
      ? this.#prepareAndRun(text, values, isKept, isKept)
      : this.#run(kept, text, values, true);
  }

  /** The types of the parameters of a statement. */
  async describe(text: string): Promise<readonly ServerType[]> {
    const kept = this.#statements.get(text) ?? (await this.#turns.take(() => this.#prepare(text, true)));
    return kept.parameters;
  }

  /**
   * Has a statement ready, in the transaction that is open, to fetch its rows some at a time.
   *
   * @throws {TypeError} When it returns no rows.
   */
  async open(text: string, values: readonly unknown[]): Promise<Portal> {
    checkParameters(values);
    const name = `awaitlet_${++this.#lastPortal}`;
    const ask = (messages: Messages) => this.#ask(text, messages);
    const statement = await this.#turns.take(() => this.#prepare(text, true));
    if (statement.columns === "") {
      throw new TypeError("stream a query: it returns no rows; run it by execute()");
    }
    await ask(statement.bind(name, values).sync());
    return new Portal(name, statement.columns, ask);
  }

  /** Runs statements in the transaction that is open, sent together, up to the first that fails. */
  many(statements: ManyStatements): Promise<number> {
    const host: BatchHost = {
      kept: (text) => this.#statements.get(text),
      prepare: (text) => this.#prepare(text, true),
      exchange: async (messages) => {
        let exchange: BatchExchange | undefined;
        await this.#send(messages, (settle) => {
          exchange = new BatchExchange(settle);
          return exchange;
        }).sent;
        // None was made where the connection is lost already.
        return exchange ?? new BatchExchange(() => {});
      },
      explain: (refused, text) => explainQueryFailure(refused, this.address, text),
    };
    return this.#turns.take(() => runBatch(host, statements));
  }

  /**
   * @param text SQL of our own, several statements perhaps: nothing that comes from outside.
   * @returns What the server calls the last of the statements.
   */
  command(text: string): Promise<{ readonly command: string }> {
    return this.#sparing(this.#ask(text, new Messages().query(text)));
  }

  /**
   * Begins a COPY. Nothing else is sent until it has ended.
   *
   * @param text The COPY: one statement, from stdin or to stdout.
   * @param onData Takes what the server sends: CopyData messages, cut anywhere.
   */
  copy(text: string, onData: (part: Uint8Array) => void): Copying {
    return new Copying(this.#client, (onStart) =>
      this.#sparing(
        this.#turns.take(async () => {
          const { sent } = this.#send(
            new Messages().query(text),
            (settle) => new CopyExchange({ onStart, onData }, settle),
          );
          return this.#checked(await sent, text);
        }),
      ),
    );
  }

  /**
   * Has the server cancel the statements under way, which then fail. What is asked for meanwhile waits, so that it is not hit.
   *
   * @returns When they have been answered. It never rejects: where the server cannot be asked, or does not give up, the
   *   connection is broken off.
   */
  async cancel(): Promise<void> {
    if (this.#spared > 0 || !this.#client.incoming.isBusy) return;
    const cancelled = this.#cancelBusy();
    await this.#turns.take(() => cancelled);
  }

  async #cancelBusy(): Promise<void> {
    const { incoming } = this.#client;
    // A request that comes before its statement has no effect: hence more than one.
    for (let patience = 1; incoming.isBusy && patience < LONGEST_PATIENCE; patience *= 2) {
      const isHeard = await isWithin(LONGEST_PATIENCE, this.#client.cancel()).catch(() => false);
      // It may be heard at any time, then, and hit anything.
      if (!isHeard) break;
      await new Promise((resolve) => setTimeout(resolve, patience));
    }
    if (incoming.isBusy) this.#client.destroy();
  }

  /** Ends the connection. Never throws. */
  async close(): Promise<void> {
    // Who waits for this keeps the process alive.
    this.#client.keepAlive(true);
    await this.#client.sql.end({ timeout: 1 });
  }

  async #sparing<T>(underWay: Promise<T>): Promise<T> {
    this.#spared += 1;
    try {
      return await underWay;
    } finally {
      this.#spared -= 1;
    }
  }

  async #prepareAndRun(
    text: string,
    values: readonly unknown[],
    isKept: boolean,
    mayBeStale: boolean,
  ): Promise<ResultData> {
    const { result } = await this.#turns.take(async () => {
      const statement = await this.#prepare(text, isKept);
      // In an object, so that the next one's turn begins when this has been sent.
      return { result: this.#run(statement, text, values, mayBeStale) };
    });
    return await result;
  }

  /** Runs a statement: with one promise on the way, since most of what a program does goes through here. */
  #run(
    statement: Statement,
    text: string,
    values: readonly unknown[],
    mayBeStale: boolean,
  ): Promise<ResultData> {
    return new Promise((resolve) => {
      const messages = statement.execute(values);
      this.#exchange(
        messages,
        (settle) => new Exchange(settle),
        (answer) => {
          if (answer === undefined || answer.error !== undefined || answer.isCopy) {
            resolve(this.#failed(answer, text, values, mayBeStale));
            return;
          }
          const { rows, rowCount, command } = answer;
          resolve({ columns: statement.columns, rows, rowCount, command });
        },
      );
    });
  }

  async #failed(
    answer: Answer | undefined,
    text: string,
    values: readonly unknown[],
    mayBeStale: boolean,
  ): Promise<ResultData> {
    if (answer?.error !== undefined && this.#statements.isStale(answer.error)) {
      this.#statements.forget(text);
      // Not in a transaction: that has failed.
      if (mayBeStale && answer.status === "I") return await this.#prepareAndRun(text, values, true, false);
    }
    if (answer?.isCopy) {
      throw new TypeError("run a query: execute() does not copy; use copyFrom() or copyTo()");
    }
    this.#refuse(answer?.error, text);
  }

  async #ask(text: string, messages: Messages): Promise<Answer> {
    const send = () => this.#send(messages);
    const { sent } = !this.#turns.areTaken ? send() : await this.#turns.take(send);
    return this.#checked(await sent, text);
  }

  /** In an object, so that the next one's turn begins when this has been sent. */
  #send(
    messages: Messages,
    exchangeOf: (settle: Settle) => Exchange = (settle) => new Exchange(settle),
  ): { readonly sent: Promise<Answer | undefined> } {
    return { sent: new Promise((resolve) => this.#exchange(messages, exchangeOf, resolve)) };
  }

  #exchange(messages: Messages, exchangeOf: (settle: Settle) => Exchange, onAnswer: Settle): void {
    if (this.#lost) {
      onAnswer(undefined);
      return;
    }
    const exchange = exchangeOf((answer) => {
      this.#status = answer?.status ?? "";
      onAnswer(answer);
    });
    this.#client.incoming.expect(exchange);
    this.#client.write(messages.bytes);
  }

  #checked(answer: Answer | undefined, text: string): Answer {
    if (answer === undefined || answer.error !== undefined) this.#refuse(answer?.error, text);
    return answer;
  }

  async #prepare(text: string, isKept: boolean): Promise<Statement> {
    if (isClientCopy(text)) {
      throw new TypeError("run a query: execute() does not copy; use copyFrom() or copyTo()");
    }
    return await this.#statements.prepare(text, isKept).catch((error) => this.#refuse(error, text));
  }

  #refuse(error: unknown, text: string): never {
    throw explainQueryFailure(error, this.address, text);
  }
}

/** Whether a promise is fulfilled in that many milliseconds; rejects when it does. */
async function isWithin(ms: number, promise: PromiseLike<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([promise.then(() => true), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
