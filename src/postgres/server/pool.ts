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
import { addressOf, PoolTimeout } from "../errors.ts";
import type { PoolSettings } from "../options.ts";
import { DriverConnection } from "./driver.ts";

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

export class Pool {
  readonly #settings: PoolSettings;
  /** The idle connections, the one used last at the end, each with the timer that will close it. */
  readonly #idle = new Map<DriverConnection, ReturnType<typeof setTimeout>>();
  /** The connections in use that will become idle. */
  readonly #inUse = new Set<DriverConnection>();
  readonly #waiting: (() => void)[] = [];
  /** How many connections may still be taken into use. */
  #free: number;

  constructor(settings: PoolSettings) {
    this.#settings = settings;
    this.#free = settings.poolSize;
  }

  /**
   * Takes a connection into use.
   *
   * @param signal Ends the waiting.
   * @returns The connection. Give it back with `release()`.
   * @throws {ConnectionError} When none can be made.
   * @throws {PoolTimeout} When none becomes free in time. The signal's reason, when it aborts meanwhile.
   */
  async acquire(signal?: AbortSignal): Promise<DriverConnection> {
    await this.#enter(signal);
    try {
      const connection = this.#takeIdle() ?? (await this.#open());
      this.#inUse.add(connection);
      return connection;
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  /**
   * Opens a connection in the place of one in use that is lost.
   *
   * @throws {ConnectionError} When none can be made; the lost one is still to be given back.
   */
  async replace(lost: DriverConnection): Promise<DriverConnection> {
    const connection = await this.#open();
    if (this.#inUse.delete(lost)) this.#inUse.add(connection);
    return connection;
  }

  /**
   * Ends the use of a connection.
   *
   * @param connection What `acquire()` gave.
   * @param isClean Whether another may use it: no transaction is open on it. If not, it is closed.
   */
  async release(connection: DriverConnection, isClean: boolean): Promise<void> {
    const isCurrent = this.#inUse.delete(connection);
    if (isCurrent && isClean && !connection.lost) {
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
  }

  /** Closes the idle connections now, those in use when they are given back. The next use opens new ones. */
  async dispose(): Promise<void> {
    this.#inUse.clear();
    const idle = [...this.#idle.keys()];
    for (const connection of idle) this.#forget(connection);
    await Promise.all(idle.map((connection) => connection.close()));
  }

  #takeIdle(): DriverConnection | undefined {
    const connection = [...this.#idle.keys()].at(-1);
    if (connection !== undefined) {
      this.#forget(connection);
      connection.keepAlive(true);
    }
    return connection;
  }

  async #open(): Promise<DriverConnection> {
    const connection: DriverConnection = await DriverConnection.open(this.#settings, () =>
      this.#forget(connection),
    );
    return connection;
  }

  #forget(connection: DriverConnection): void {
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
      const giveUp = (reason: unknown) => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1);
        leave();
        reject(reason);
      };
      const onAbort = () => giveUp(signal?.reason);
      const timer = setTimeout(() => {
        const message = `connect to Postgres at ${addressOf(url)}: all ${poolSize} connections of the pool were in use for ${poolTimeout / 1000} s; give them back sooner, or use a larger pool`;
        giveUp(new PoolTimeout(message, { code: "POOL_TIMEOUT" }));
      }, poolTimeout);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(enter);
    });
  }

  /** Lets the next one enter. */
  #leave(): void {
    const enter = this.#waiting.shift();
    if (enter === undefined) this.#free += 1;
    else enter();
  }
}
