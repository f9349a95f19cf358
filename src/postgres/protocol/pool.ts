/**
 * The connections to one database, on the loop.
 *
 * A connection is in use, or idle, or closed. At most `size` are in use, and idle ones are used first, so there are never
 * more than `size`.
 *
 * @module
 */

// The runtimes have timers of different kinds in their globals.
import { clearTimeout, setTimeout } from "node:timers";
import { addressOf } from "../base/connection_url.ts";
import { closedByForce, PoolTimeout } from "../base/errors.ts";
import type { PoolSettings } from "../base/options.ts";
import { PoolGeneration } from "./pool_generation.ts";
import { ServerConnection } from "./server_connection.ts";
import { type ConnectionSource, SharedReads } from "./shared_reads.ts";

/** After how long an idle connection is closed, in milliseconds. It does not keep the process alive meanwhile. */
const IDLE_TIMEOUT = 10_000;

/** The pools of this thread: engines of the same settings share one. */
const pools = new Map<string, Pool>();

/** The pool of these settings. */
export function poolOf(settings: PoolSettings): Pool {
  const key = JSON.stringify(settings);
  let pool = pools.get(key);
  if (pool === undefined) {
    pool = new Pool(settings);
    pools.set(key, pool);
  }
  return pool;
}

/** A caller that waits for a connection. */
interface Waiting {
  enter(): void;
  refuse(reason: unknown): void;
}

export class Pool implements ConnectionSource {
  readonly #settings: PoolSettings;
  /** The statements that only read, of all users of the pool. */
  readonly reads: SharedReads = new SharedReads(this);
  /** The idle connections, the one used last at the end, each with the timer that will close it. */
  readonly #idle = new Map<ServerConnection, ReturnType<typeof setTimeout>>();
  /** The connections in use, each with the generation that its use is of. */
  readonly #inUse = new Map<ServerConnection, PoolGeneration>();
  /** The present generation: its connections become idle when they are given back, those of others are closed. */
  #generation = new PoolGeneration();
  /** How often the pool has been broken off. */
  #breaks = 0;
  readonly #waiting: Waiting[] = [];
  /** How many connections may still be taken into use. */
  #free: number;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#free = settings.poolSize;
  }

  /** Whether a session is reset before the next user gets it. */
  get resetsSessions(): boolean {
    return this.#settings.reset === "discard";
  }

  /**
   * Takes a connection into use.
   *
   * @param signal Ends the waiting.
   * @returns The connection. Give it back with `release()`.
   * @throws {ConnectionError} When none can be made.
   * @throws {PoolTimeout} When none becomes free in time. The signal's reason, when it aborts meanwhile.
   */
  async acquire(signal?: AbortSignal): Promise<ServerConnection> {
    // A connection that is shared and idle is as good as one that is idle.
    if (this.#idle.size === 0) this.reads.giveUpIdle();
    if (this.#free === 0) this.reads.giveUp();
    const generation = this.#generation;
    generation.begin();
    try {
      await this.#enter(signal);
      try {
        const connection = this.#wakeIdle() ?? (await this.#open());
        this.#inUse.set(connection, generation);
        generation.got();
        return connection;
      } catch (error) {
        this.#leave();
        throw error;
      }
    } catch (error) {
      generation.end();
      throw error;
    }
  }

  /**
   * Opens a connection in the place of one in use that is lost.
   *
   * @throws {ConnectionError} When none can be made; the lost one is still to be given back.
   */
  async replace(lost: ServerConnection): Promise<ServerConnection> {
    const connection = await this.#open();
    const generation = this.#inUse.get(lost);
    this.#inUse.delete(lost);
    if (generation !== undefined) this.#inUse.set(connection, generation);
    return connection;
  }

  /**
   * Ends the use of a connection.
   *
   * @param connection What `acquire()` gave.
   * @param isClean Whether another may use it: no transaction is open on it. If not, it is closed.
   */
  async release(connection: ServerConnection, isClean: boolean): Promise<void> {
    const generation = this.#inUse.get(connection);
    this.#inUse.delete(connection);
    if (generation === this.#generation && isClean && !connection.lost) {
      const timer = setTimeout(() => {
        this.#idle.delete(connection);
        void connection.close();
      }, IDLE_TIMEOUT).unref();
      this.#idle.set(connection, timer);
      connection.keepAlive(false);
      this.#leave();
    } else {
      await connection.close();
      this.#leave();
    }
    generation?.end();
  }

  /** Closes the idle connections now, those in use when they are given back. The next use opens new ones. */
  async dispose(): Promise<void> {
    this.#generation = new PoolGeneration();
    const shared = this.reads.giveUpAll();
    const idle = [...this.#idle.keys()];
    for (const connection of idle) this.#forget(connection);
    await Promise.all([shared, ...idle.map((connection) => connection.close())]);
  }

  /** Closes the idle connections now. Waits for those in use, and for those already asked for, and closes each when it is given back. */
  async finish(): Promise<void> {
    const ending = this.#generation;
    await this.dispose();
    while (ending.isUsed) {
      const changed = ending.changed();
      // One that is shared may have come only now.
      await this.reads.giveUpAll();
      if (ending.isUsed) await changed;
    }
  }

  /** Closes all connections at once, also those in use. A caller that waits for one gets an error. */
  async breakOff(): Promise<void> {
    this.#breaks += 1;
    for (const { refuse } of [...this.#waiting]) refuse(closedByForce(addressOf(this.#settings.url)));
    const inUse = [...this.#inUse];
    this.#inUse.clear();
    for (const [, generation] of inUse) generation.end();
    const broken = inUse.map(([connection]) => connection.breakOff("its engine was closed by force"));
    await Promise.all([this.dispose(), ...broken]);
  }

  /** Whether a connection may be had without waiting for another task. */
  get hasRoom(): boolean {
    return this.#free > 0;
  }

  /** Whether more than half of the connections may be had: then a connection that is given back late delays no other task. */
  get hasReserve(): boolean {
    return this.#free * 2 > this.#settings.poolSize;
  }

  /** Takes an idle connection into use, at once, where there is one. */
  takeIdle(): ServerConnection | undefined {
    if (this.#free === 0) return undefined;
    const connection = this.#wakeIdle();
    if (connection === undefined) return undefined;
    this.#free -= 1;
    this.#generation.begin();
    this.#inUse.set(connection, this.#generation);
    return connection;
  }

  #wakeIdle(): ServerConnection | undefined {
    const connection = [...this.#idle.keys()].at(-1);
    if (connection !== undefined) {
      this.#forget(connection);
      connection.keepAlive(true);
    }
    return connection;
  }

  async #open(): Promise<ServerConnection> {
    const breaks = this.#breaks;
    const connection: ServerConnection = await ServerConnection.open(this.#settings, {
      onLost: () => {
        this.#forget(connection);
        this.reads.lost(connection);
      },
    });
    if (breaks !== this.#breaks) {
      await connection.close();
      throw closedByForce(addressOf(this.#settings.url));
    }
    return connection;
  }

  #forget(connection: ServerConnection): void {
    clearTimeout(this.#idle.get(connection));
    this.#idle.delete(connection);
  }

  /** Waits, first come first served, until a connection may be taken into use. */
  async #enter(signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted();
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    const { poolSize, poolTimeout, url } = this.#settings;
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const enter = () => {
        leave();
        resolve();
      };
      const refuse = (reason: unknown) => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        leave();
        reject(reason);
      };
      const waiting: Waiting = { enter, refuse };
      const onAbort = () => refuse(signal?.reason);
      const timer = setTimeout(() => {
        const message = `connect to Postgres at ${addressOf(url)}: all ${poolSize} connections of the pool were in use for ${poolTimeout / 1000} s; give them back sooner, or use a larger pool`;
        refuse(new PoolTimeout(message, { code: "POOL_TIMEOUT" }));
      }, poolTimeout);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** Lets the next one enter. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next.enter();
  }
}
