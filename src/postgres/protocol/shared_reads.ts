/**
 * Statements that only read, of all tasks, on a few connections: each is sent behind the others, with a Sync of its own, so
 * that an error of one harms no other.
 *
 * A statement that takes long holds up those behind it, maybe for ever: it may wait for a lock whose holder waits behind
 * it. So those behind are run again elsewhere, which for reads is harmless.
 *
 * @module
 */

// The runtimes have timers of different kinds in their globals.
import { setTimeout } from "node:timers";
import type { PackedResult } from "../query/packed_result.ts";
import type { Exchange } from "./exchange.ts";
import { QueryExchange, type ReadRequest } from "./query_exchange.ts";
import type { ServerConnection } from "./server_connection.ts";

/** How many connections are shared. More would each be sent less at a time, and wake more of the server's processes. */
const MOST_SHARED = 3;

/** From how many statements on each connection one more is shared. */
const CROWDED = 2;

/** How often to look whether a statement takes long, in milliseconds. */
const LOOK_INTERVAL = 50;

/** Where the connections come from. */
export interface ConnectionSource {
  /** Whether one may be had without waiting for another task. */
  readonly hasRoom: boolean;
  /** One that is idle, at once. */
  takeIdle(): ServerConnection | undefined;
  acquire(): Promise<ServerConnection>;
  release(connection: ServerConnection, isClean: boolean): Promise<void>;
}

interface SharedConnection {
  readonly connection: ServerConnection;
  /** What the server worked on at the last look. */
  head: Exchange | undefined;
  /** Whether that takes long. */
  isStuck: boolean;
  /** Whether it is to be given back once nothing is under way. */
  isLeaving: boolean;
  /** The statements that are prepared there first. */
  readonly preparing: Set<ReadRequest>;
}

export class SharedReads {
  readonly #source: ConnectionSource;
  readonly #shared: SharedConnection[] = [];
  /** The reads that wait for a connection. */
  #waiting: ReadRequest[] = [];
  #acquiring = 0;
  #isWatching = false;

  constructor(source: ConnectionSource) {
    this.#source = source;
  }

  /**
   * Runs a statement that only reads.
   *
   * @param text The statement.
   * @param values Its parameters.
   * @param signal Aborts when nobody wants the result any more.
   */
  read(text: string, values: readonly unknown[], signal: AbortSignal | undefined): Promise<PackedResult> {
    let best: SharedConnection | undefined;
    let load = Number.POSITIVE_INFINITY;
    for (const shared of this.#shared) {
      if (shared.isStuck || shared.isLeaving || shared.connection.load >= load) continue;
      best = shared;
      load = shared.connection.load;
    }
    if (load >= CROWDED) best = this.#shareMore() ?? best;
    if (best === undefined) return this.#wait(text, values, signal);
    const { connection } = best;
    if (load === 0) connection.keepAlive(true);
    if (!this.#isWatching) this.#watch();
    return connection.queryIfReady(text, values, signal) ?? this.#prepare(best, text, values, signal);
  }

  /** Runs something else on one of the connections. */
  async use<T>(act: (connection: ServerConnection) => Promise<T>): Promise<T> {
    const connection = this.#shared.find(({ isStuck, isLeaving }) => !isStuck && !isLeaving)?.connection;
    if (connection !== undefined) return await act(connection);
    const own = await this.#source.acquire();
    try {
      return await act(own);
    } finally {
      void this.#source.release(own, true);
    }
  }

  /** Gives back a connection on which nothing is under way, where there is one. */
  giveUpIdle(): void {
    const idle = this.#shared.find(({ connection }) => connection.load === 0);
    if (idle !== undefined) void this.#giveBack(idle);
  }

  /** Gives back a connection once nothing is under way on it: later statements queue behind the callers that wait for a connection. */
  giveUp(): void {
    if (this.#shared.some(({ connection, isLeaving }) => isLeaving && connection.load === 0)) return;
    const idle = this.#shared.find(({ connection }) => connection.load === 0);
    if (idle !== undefined) {
      void this.#giveBack(idle);
      return;
    }
    const next = this.#shared.find(({ isLeaving }) => !isLeaving);
    if (next !== undefined) next.isLeaving = true;
  }

  /** Gives back all connections, each once nothing is under way on it. */
  async giveUpAll(): Promise<void> {
    const idle = this.#shared.filter(({ connection }) => connection.load === 0);
    for (const shared of this.#shared) shared.isLeaving = true;
    await Promise.all(idle.map((shared) => this.#giveBack(shared)));
  }

  /** A connection was lost, one of these perhaps. */
  lost(connection: ServerConnection): void {
    const shared = this.#shared.find((other) => other.connection === connection);
    if (shared !== undefined && connection.load === 0) void this.#giveBack(shared);
  }

  /** Shares one more connection, where that is of use. Returns it, where it is there at once. */
  #shareMore(): SharedConnection | undefined {
    const usable = this.#shared.filter(({ isStuck, isLeaving }) => !isStuck && !isLeaving).length;
    if (usable + this.#acquiring >= MOST_SHARED || !this.#source.hasRoom) return undefined;
    const connection = this.#source.takeIdle();
    if (connection !== undefined) return this.#share(connection);
    void this.#acquire();
    return undefined;
  }

  #share(connection: ServerConnection): SharedConnection {
    const shared: SharedConnection = {
      connection,
      head: undefined,
      isStuck: false,
      isLeaving: false,
      preparing: new Set(),
    };
    this.#shared.push(shared);
    connection.onDrained = () => {
      shared.isStuck = false;
      if (shared.isLeaving || connection.lost) void this.#giveBack(shared);
      else connection.keepAlive(false);
    };
    return shared;
  }

  async #giveBack(shared: SharedConnection): Promise<void> {
    const at = this.#shared.indexOf(shared);
    if (at === -1) return;
    this.#shared.splice(at, 1);
    shared.connection.onDrained = undefined;
    await this.#source.release(shared.connection, true);
  }

  #wait(text: string, values: readonly unknown[], signal: AbortSignal | undefined): Promise<PackedResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ text, values, signal, resolve, reject });
      if (this.#acquiring < Math.min(MOST_SHARED, this.#waiting.length)) void this.#acquire();
    });
  }

  async #acquire(): Promise<void> {
    this.#acquiring += 1;
    try {
      this.#share(await this.#source.acquire());
    } catch (error) {
      // Another one may be on its way.
      if (this.#acquiring === 1) for (const { reject } of this.#waiting.splice(0)) reject(error);
      return;
    } finally {
      this.#acquiring -= 1;
    }
    for (const request of this.#waiting.splice(0)) this.#again(request);
  }

  #prepare(
    shared: SharedConnection,
    text: string,
    values: readonly unknown[],
    signal: AbortSignal | undefined,
  ): Promise<PackedResult> {
    return new Promise((resolve, reject) => {
      const request: ReadRequest = { text, values, signal, resolve, reject };
      shared.preparing.add(request);
      const done = () => void shared.preparing.delete(request);
      const result = shared.connection.query(text, values, signal);
      result.then(done, done);
      result.then(resolve, reject);
    });
  }

  /** Runs a read that has waited. */
  #again({ text, values, signal, resolve, reject }: ReadRequest): void {
    if (signal?.aborted) reject(signal.reason);
    else resolve(this.read(text, values, signal));
  }

  #watch(): void {
    this.#isWatching = true;
    setTimeout(() => {
      this.#isWatching = false;
      for (const shared of [...this.#shared]) this.#look(shared);
      if (this.#shared.some(({ connection }) => connection.load > 0)) this.#watch();
      // The pool closes what stays idle.
      else void this.giveUpAll();
    }, LOOK_INTERVAL).unref();
  }

  /** Looks whether the server still works on what it worked on at the last look. */
  #look(shared: SharedConnection): void {
    const { connection } = shared;
    const [head, ...behind] = connection.underWay;
    const before = shared.head;
    shared.head = head;
    if (head === undefined || head !== before) {
      shared.isStuck = false;
      return;
    }
    shared.isStuck = true;
    const runs = head instanceof QueryExchange ? head : undefined;
    for (const exchange of behind) {
      const request = exchange instanceof QueryExchange ? exchange.supersede() : undefined;
      if (request !== undefined) this.#again(request);
    }
    const preparing = [...shared.preparing].filter(({ text }) => text !== runs?.statement.text);
    // Where none runs, the first of those that are prepared is the one that takes long.
    const first = runs === undefined ? preparing.shift() : undefined;
    for (const request of preparing) {
      shared.preparing.delete(request);
      this.#again(request);
    }
    if ((runs ?? first)?.signal?.aborted) void connection.cancel();
  }
}
