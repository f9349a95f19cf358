/**
 * A connection to an embedded database, in the form of a socket: what is written to it PGlite runs, and its answers are read from it.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import { setImmediate } from "node:timers";
import { COPY_IN_RESPONSE, ERROR_RESPONSE, IDLE, READY_FOR_QUERY } from "./codes.ts";
import { embeddedAnswer } from "./embedded_answer.ts";
import type { EmbeddedConnection, EmbeddedDatabase, EmbeddedUse } from "./embedded_database.ts";
import { type EmbeddedRequest, EmbeddedRequests } from "./embedded_requests.ts";
import { MessageWriter } from "./message_writer.ts";
import { RESET_ALONE, RESET_SHARED } from "./session_reset.ts";

/** What asks a server whether it speaks TLS, and its answer that it does not. */
const SSL_REQUEST = 80_877_103;
const NO_TLS = Buffer.from("N");

const COPY_IN = message(COPY_IN_RESPONSE, Buffer.from([0, 0, 0]));
const READY = message(READY_FOR_QUERY, Buffer.from(IDLE));

export class EmbeddedSocket extends Duplex implements EmbeddedConnection {
  readonly #use: EmbeddedUse;
  readonly #patience: number;
  readonly #requests = new EmbeddedRequests();
  /** Gives the turn back that this connection has: from the first message of a transaction to its last. */
  #giveBack: (() => void) | undefined;
  /** Ends the waiting for a turn. */
  #waiting: AbortController | undefined;

  /**
   * @param use The database.
   * @param patience How many milliseconds to wait for a turn with its session.
   */
  constructor(use: EmbeddedUse, patience: number) {
    super();
    this.#use = use;
    this.#patience = patience;
    use.database.connections.add(this);
  }

  /** As a network's socket has it. */
  get readyState(): "open" | "closed" {
    return this.destroyed ? "closed" : "open";
  }

  /** There is nothing on its way that a process could wait for. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  /** Cancels what waits for a turn. What runs cannot be: it has this thread to itself. */
  cancel(): void {
    this.#waiting?.abort();
  }

  notify(notification: Buffer): void {
    this.push(notification);
  }

  lose(cause: unknown): void {
    this.destroy(cause as Error);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#take(chunk).then(
      () => done(),
      (error) => done(error as Error),
    );
  }

  override _final(done: () => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#use.database.connections.delete(this);
    this.#waiting?.abort();
    this.#leave().then(
      () => done(error),
      (failure) => done(error ?? failure),
    );
  }

  get #database(): EmbeddedDatabase {
    return this.#use.database;
  }

  async #take(chunk: Buffer): Promise<void> {
    // Each answer comes in a turn of the event loop of its own, as a server's does: timers fire between two.
    await nextTurn();
    for (const request of this.#requests.read(chunk)) {
      if (this.destroyed) return;
      if (request.kind === "copy") this.push(COPY_IN);
      else if (request.kind === "startup") await this.#begin(request.bytes);
      else await this.#run(request);
    }
  }

  async #begin(packet: Buffer): Promise<void> {
    const version = packet.readUInt32BE(4);
    if (version === SSL_REQUEST) this.push(NO_TLS);
    else if (version >>> 16 !== 3) this.destroy();
    else if (await this.#hasTurn()) {
      const others = this.#database.connections.size - 1;
      await this.#database.run(query(others > 0 ? RESET_SHARED : RESET_ALONE));
      const said = await this.#database.run(packet);
      this.#endTurn();
      this.push(said);
    }
  }

  async #run({ bytes, isReady }: EmbeddedRequest & { readonly kind: "run" }): Promise<void> {
    if (!(await this.#hasTurn())) return;
    const answer = embeddedAnswer(await this.#database.run(bytes), isReady);
    if (answer.status === IDLE) this.#endTurn();
    for (const notification of answer.notifications) {
      for (const other of this.#database.connections) if (other !== this) other.notify(notification);
    }
    if (answer.bytes.length > 0) this.push(answer.bytes);
  }

  /** Waits for a turn, where this connection has none. Where there is none, says so as a server would. */
  async #hasTurn(): Promise<boolean> {
    if (this.#giveBack !== undefined) return true;
    const waiting = new AbortController();
    this.#waiting = waiting;
    const giveBack = await this.#database.takeTurn(this.#patience, waiting.signal);
    this.#waiting = undefined;
    if (this.destroyed) giveBack?.();
    else if (giveBack !== undefined) {
      this.#giveBack = giveBack;
      return true;
    } else if (waiting.signal.aborted) {
      this.push(Buffer.concat([refusal("ERROR", "57014", "canceling statement due to user request"), READY]));
    } else {
      const why = `another connection has had the one session of PGlite for ${this.#patience / 1000} s; end its transaction first`;
      this.push(refusal("FATAL", "53300", why));
      // Behind what was pushed.
      await nextTurn();
      this.destroy();
    }
    return false;
  }

  #endTurn(): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }

  /** Leaves nothing open that others would find. */
  async #leave(): Promise<void> {
    try {
      if (this.#giveBack !== undefined && !this.#database.isLost) {
        await this.#database.run(Buffer.concat([new MessageWriter().sync().bytes, query("rollback")]));
      }
    } finally {
      this.#endTurn();
      await this.#use.end();
    }
  }
}

/** The next turn of the event loop. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

function query(text: string): Uint8Array {
  return new MessageWriter().query(text).bytes;
}

function refusal(severity: string, code: string, text: string): Buffer {
  const fields = [`S${severity}`, `V${severity}`, `C${code}`, `M${text}`, "", ""];
  return message(ERROR_RESPONSE, Buffer.from(fields.join("\0")));
}

function message(kind: number, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head[0] = kind;
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
