/**
 * What carries messages to the server and back, on the loop: one after the other, until the connection is lost.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { explainQueryFailure } from "../base/errors.ts";
import type { PoolSettings } from "../base/options.ts";
import { IDLE } from "./codes.ts";
import { CopyExchange } from "./copy_exchange.ts";
import { isWithin } from "./deadline.ts";
import { type Answer, Exchange } from "./exchange.ts";
import { MessageRouter } from "./message_router.ts";
import { MessageWriter } from "./message_writer.ts";
import { Mutex } from "./mutex.ts";
import { ScriptExchange } from "./script_exchange.ts";
import { SilenceWatch } from "./silence_watch.ts";
import type { StartedConnection } from "./started_connection.ts";
import { BatchExchange } from "./statement_batch.ts";

/** How many milliseconds the server may take to cancel what it runs. */
const LONGEST_PATIENCE = 2000;

/** How many milliseconds the server may take to hang up, when it has been told that the connection ends. */
const LONGEST_GOODBYE = 1000;

export type OnAnswer = (answer: Answer | undefined) => void;

/** What a connection tells of. */
export interface ConnectionEvents {
  /** Called once, when the connection has ended, also by `close()`. */
  onLost?(): void;
  onNotification?(channel: string, payload: string): void;
}

/** A connection without its statements: {@linkcode ServerConnection} has those. */
export abstract class MessageConnection {
  readonly #started: StartedConnection;
  readonly #router: MessageRouter;
  /** Where it leads, for messages. */
  readonly address: string;
  readonly #events: ConnectionEvents;
  #lost = false;
  /** Why the connection was lost, where that is known. */
  #lostFor: string | undefined;
  /** Set where statements have a time limit. */
  readonly #watch: SilenceWatch | undefined;
  /** Whether a statement may have changed that limit. */
  protected hasOwnTimeout = false;
  /** Serialises operations that must not be pipelined. */
  protected readonly mutex: Mutex = new Mutex();
  /** How much is under way that is not to be cancelled: the beginning or the end of a transaction, or COPY. */
  #uncancellable = 0;
  /** Where the last answer has left the connection. */
  status: string = IDLE;
  /** The messages queued for the end of the present turn of the loop. */
  protected leaving: MessageWriter | undefined;

  protected constructor(started: StartedConnection, settings: PoolSettings, events: ConnectionEvents) {
    this.#started = started;
    this.#events = events;
    this.address = started.address;
    this.#router = new MessageRouter({
      onNotification: (channel, payload) => events.onNotification?.(channel, payload),
      onSetting: (name, value) => this.#checkSetting(name, value),
      onCopyIn: () => this.write(new MessageWriter().copyFail("execute() does not copy").sync().bytes),
    });
    const { statementTimeout } = settings;
    if (statementTimeout > 0) {
      const onSilent = () => {
        // Behind PgBouncer the server does not know of the limit, so a long statement is no sign of a dead server.
        if (!settings.prepare && this.#uncancellable === 0) void this.cancel();
        else this.#lose(`the server has said nothing for ${statementTimeout} ms and more`);
      };
      this.#watch = new SilenceWatch(statementTimeout, () => this.#owed, onSilent);
    }
    started.listen((bytes: Buffer) => {
      this.#watch?.heard();
      this.#router.receive(bytes);
    });
    // The network's error adds nothing: every exchange under way learns that the connection is lost.
    started.socket.on("error", () => {}).on("close", () => this.#lose());
    if (started.socket.destroyed) this.#lose();
  }

  /** An answer has come, after which the connection has that status. */
  protected abstract onStatus(): void;

  /** Whether nothing is under way, and no transaction open. */
  get isIdle(): boolean {
    return this.status === IDLE && !this.mutex.isLocked && !this.#router.isBusy;
  }

  /** The exchanges under way, the one that the server works on first. */
  get underWay(): readonly Exchange[] {
    return this.#router.underWay;
  }

  /** Whether the connection keeps the process alive: an idle one need not. */
  keepAlive(alive: boolean): void {
    if (alive) this.#started.socket.ref();
    else this.#started.socket.unref();
  }

  get lost(): boolean {
    return this.#lost;
  }

  /**
   * Has the server cancel the statements under way, which then fail. What is asked for meanwhile waits, so that it is not hit.
   *
   * @returns When they have been answered. It never rejects: where the server cannot be asked, or does not give up, the
   *   connection is broken off.
   */
  async cancel(): Promise<void> {
    if (this.#uncancellable > 0 || !this.#router.isBusy) return;
    const cancelled = this.#cancelBusy();
    await this.mutex.run(() => cancelled);
  }

  async #cancelBusy(): Promise<void> {
    // A request that comes before its statement has no effect: hence more than one.
    for (let patience = 1; this.#router.isBusy && patience < LONGEST_PATIENCE; patience *= 2) {
      const isHeard = await isWithin(LONGEST_PATIENCE, this.requestCancel()).catch(() => false);
      // It may be heard at any time, then, and hit anything.
      if (!isHeard) break;
      await new Promise((resolve) => setTimeout(resolve, patience));
    }
    if (this.#router.isBusy) this.#started.socket.destroy();
  }

  /** Ends the connection. Never throws. */
  async close(): Promise<void> {
    const { socket } = this.#started;
    if (socket.destroyed) return;
    const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
    // The caller waits for this, so the process stays alive.
    socket.ref();
    this.flush();
    socket.end(new MessageWriter().terminate().bytes);
    if (!(await isWithin(LONGEST_GOODBYE, closed))) socket.destroy();
  }

  /** Ends the connection at once, and has the server cancel what runs on it. What is under way fails. Never throws. */
  async breakOff(reason: string): Promise<void> {
    const wasBusy = this.#router.isBusy;
    this.#lose(reason);
    // The server notices a closed connection only when it next writes to it.
    if (wasBusy) await isWithin(LONGEST_GOODBYE, this.requestCancel()).catch(() => {});
  }

  /** Sends bytes to the server, behind all that is leaving. */
  write(bytes: Uint8Array): void {
    this.flush();
    this.#started.socket.write(bytes);
  }

  /** Waits until what was written has left. */
  async drained(): Promise<void> {
    const { socket } = this.#started;
    // Check first: it may have drained before this call.
    if (socket.writableNeedDrain) await new Promise((resolve) => socket.once("drain", resolve));
  }

  /** Reads no more from the server, until `resume()`. */
  pause(): void {
    this.#started.socket.pause();
  }

  resume(): void {
    this.#started.socket.resume();
  }

  /** Asks the server to cancel what it runs on this connection, whatever that is. */
  requestCancel(): Promise<void> {
    return this.#started.cancel();
  }

  protected async uncancellably<T>(underWay: Promise<T>): Promise<T> {
    this.#uncancellable += 1;
    try {
      return await underWay;
    } finally {
      this.#uncancellable -= 1;
    }
  }

  /** Sends the queued messages. */
  protected readonly flush = (): void => {
    const leaving = this.leaving;
    if (leaving === undefined) return;
    this.leaving = undefined;
    if (leaving.bytes.length > 0 && !this.#lost) this.#started.socket.write(leaving.bytes);
  };

  protected async ask(text: string, messages: MessageWriter): Promise<Answer> {
    const send = () => this.send(messages);
    const { sent } = !this.mutex.isLocked ? send() : await this.mutex.run(send);
    return this.checked(await sent, text);
  }

  /** Returns an object, so that the mutex is free again as soon as this has been sent. */
  protected send(
    messages: MessageWriter,
    exchangeOf: (onAnswer: OnAnswer) => Exchange = (settle) => new Exchange(settle),
  ): { readonly sent: Promise<Answer | undefined> } {
    return { sent: new Promise((resolve) => this.#exchange(messages, exchangeOf, resolve)) };
  }

  #exchange(messages: MessageWriter, exchangeOf: (onAnswer: OnAnswer) => Exchange, onAnswer: OnAnswer): void {
    if (this.#lost) {
      onAnswer(undefined);
      return;
    }
    const exchange = exchangeOf((answer) => {
      this.status = answer?.status ?? "";
      this.onStatus();
      onAnswer(answer);
    });
    this.expect(exchange);
    this.write(messages.bytes);
  }

  protected expect(exchange: Exchange): void {
    if (this.#watch !== undefined && !this.#router.isBusy) this.#watch.begin();
    this.#router.expect(exchange);
  }

  /** How many statements with a time limit the server answers next, together: it reports those of a batch late. */
  get #owed(): number {
    const [next] = this.#router.underWay;
    // The data of a COPY may be long in coming, and not by the server's fault.
    if (next === undefined || this.hasOwnTimeout || next instanceof CopyExchange) return 0;
    return next instanceof BatchExchange || next instanceof ScriptExchange ? next.count : 1;
  }

  #lose(reason?: string): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#lostFor = reason;
    this.#router.lose();
    this.#events.onLost?.();
    this.#started.socket.destroy();
  }

  /** Text is UTF-8 here. In another encoding it would be stored, and read, as something else. */
  #checkSetting(name: string, value: string): void {
    if (name !== "client_encoding" || /^utf-?8$/i.test(value)) return;
    this.#lose(`client_encoding was set to ${value}, and must stay UTF8`);
  }

  protected checked(answer: Answer | undefined, text: string): Answer {
    if (answer === undefined || answer.error !== undefined) this.refuse(answer?.error, text);
    return answer;
  }

  protected explain(error: unknown, text: string): unknown {
    return explainQueryFailure(error, this.address, text, this.#lostFor);
  }

  protected refuse(error: unknown, text: string): never {
    throw this.explain(error, text);
  }
}
