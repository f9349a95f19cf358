/**
 * One connection to the server, on the loop.
 *
 * Each has a client of the driver with room for one connection. The driver's own pool can lose a waiting
 * `reserve()` when a connection breaks, and reconnects by itself, also in the middle of a transaction.
 *
 * @module
 */

import { type Client, createClient } from "./client.ts";
import { CopyExchange } from "./copy_exchange.ts";
import { Copying } from "./copying.ts";
import { addressOf, explainConnectFailure, explainQueryFailure } from "./errors.ts";
import { type Answer, Exchange } from "./exchange.ts";
import { Messages } from "./messages.ts";
import type { PoolSettings } from "./options.ts";
import { Portal } from "./portal.ts";
import type { ResultData } from "./result.ts";
import { checkParameters, type Statement } from "./statement.ts";
import { Statements } from "./statements.ts";
import type { ServerType } from "./types.ts";

/** A connection. When the server or the network ends it, it is lost: it never connects anew. */
export class DriverConnection {
  readonly #client: Client;
  readonly #address: string;
  readonly #statements: Statements;
  #lost = false;
  /** The last of those that are sent, or act, by turns; `undefined` where all can be sent at once. */
  #turn: Promise<unknown> | undefined;
  /** Settles when all that was sent has been answered. */
  #answered: Promise<unknown> = Promise.resolve();
  #lastPortal = 0;
  /** Where the last answer has left the connection. */
  #status = "I";

  private constructor(client: Client, settings: PoolSettings) {
    this.#client = client;
    this.#address = addressOf(settings.url);
    this.#statements = new Statements(settings.textTypes, (messages) => this.#send(messages));
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
      await answerWithin(settings.connectTimeout, client.sql.unsafe("select 1"));
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
    return this.#status === "I" && this.#turn === undefined && !this.#client.incoming.isBusy;
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
  async query(text: string, values: readonly unknown[], isKept: boolean = true): Promise<ResultData> {
    checkParameters(values);
    const kept = isKept && this.#turn === undefined ? this.#statements.get(text) : undefined;
    const prepareAndSend = async () => {
      const statement = await this.#prepare(text, isKept);
      // In an object, so that the next one's turn begins when this has been sent.
      return { statement, sent: this.#send(statement.execute(values)) };
    };
    let run =
      kept === undefined
        ? await this.#inTurn(prepareAndSend)
        : { statement: kept, sent: this.#send(kept.execute(values)) };
    let answer = await run.sent;
    if (answer?.error !== undefined && this.#statements.isStale(answer.error)) {
      this.#statements.forget(text);
      // Not in a transaction: that has failed.
      if (answer.status === "I") {
        run = await this.#inTurn(prepareAndSend);
        answer = await run.sent;
      }
    }
    if (answer?.isCopy) {
      throw new TypeError("run a query: execute() does not copy; use copyFrom() or copyTo()");
    }
    if (answer === undefined || answer.error !== undefined) this.#refuse(answer?.error, text);
    const { rows, rowCount, command } = answer;
    return { columns: run.statement.columns, rows, rowCount, command };
  }

  /** The types of the parameters of a statement. */
  async describe(text: string): Promise<readonly ServerType[]> {
    const kept = this.#statements.get(text) ?? (await this.#inTurn(() => this.#prepare(text, true)));
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
    const statement = await this.#inTurn(() => this.#prepare(text, true));
    if (statement.columns === "") {
      throw new TypeError("stream a query: it returns no rows; run it by execute()");
    }
    await ask(statement.bind(name, values).sync());
    return new Portal(name, statement.columns, ask);
  }

  /**
   * @param text SQL of our own, several statements perhaps: nothing that comes from outside.
   * @returns What the server calls the last of the statements.
   */
  command(text: string): Promise<{ readonly command: string }> {
    return this.#ask(text, new Messages().query(text));
  }

  /**
   * Begins a COPY. Nothing else is sent until it has ended.
   *
   * @param text The COPY: one statement, from stdin or to stdout.
   * @param onData Takes what the server sends: CopyData messages, cut anywhere.
   */
  copy(text: string, onData: (part: Uint8Array) => void): Copying {
    return new Copying(this.#client, (onStart) =>
      this.#inTurn(async () => {
        await this.#answered;
        const answer = await this.#send(
          new Messages().query(text),
          (settle) => new CopyExchange({ onStart, onData }, settle),
        );
        if (answer === undefined || answer.error !== undefined) this.#refuse(answer?.error, text);
        return answer;
      }),
    );
  }

  /** Has the server cancel what it runs, which then fails. What is asked for afterwards is not cancelled. */
  cancel(): Promise<void> {
    if (this.#lost || !this.#client.incoming.isBusy) return Promise.resolve();
    // Where it cannot even be asked, the connection is about to be lost too.
    return this.#inTurn(() => this.#client.cancel().catch(() => {}));
  }

  /** Ends the connection. Never throws. */
  async close(): Promise<void> {
    await this.#client.sql.end({ timeout: 1 });
  }

  async #ask(text: string, messages: Messages): Promise<Answer> {
    // In an object, so that the next one's turn begins when this has been sent.
    const send = () => ({ sent: this.#send(messages) });
    const { sent } = this.#turn === undefined ? send() : await this.#inTurn(send);
    const answer = await sent;
    if (answer === undefined || answer.error !== undefined) this.#refuse(answer?.error, text);
    return answer;
  }

  #send(
    messages: Messages,
    exchangeOf: (settle: (answer: Answer | undefined) => void) => Exchange = (settle) => new Exchange(settle),
  ): Promise<Answer | undefined> {
    if (this.#lost) return Promise.resolve(undefined);
    const sent = new Promise<Answer | undefined>((resolve) => {
      const settle = (answer: Answer | undefined) => {
        this.#status = answer?.status ?? "";
        resolve(answer);
      };
      this.#client.incoming.expect(exchangeOf(settle));
      this.#client.write(messages.bytes);
    });
    this.#answered = sent;
    return sent;
  }

  #prepare(text: string, isKept: boolean): Promise<Statement> {
    return this.#statements.prepare(text, isKept).catch((error) => this.#refuse(error, text));
  }

  #refuse(error: unknown, text: string): never {
    throw explainQueryFailure(error, this.#address, text);
  }

  #inTurn<T>(act: () => T | PromiseLike<T>): Promise<T> {
    const result = (this.#turn ?? Promise.resolve()).then(act);
    const turn = result.then(
      () => {},
      () => {},
    );
    this.#turn = turn;
    void turn.then(() => {
      if (this.#turn === turn) this.#turn = undefined;
    });
    return result;
  }
}

/** The driver starts its clock anew each time that a server hangs up on it, and tries again for ever. */
async function answerWithin<T>(ms: number, promise: PromiseLike<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(), { code: "CONNECT_TIMEOUT" })), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
