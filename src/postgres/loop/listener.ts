/**
 * LISTEN, on the loop: all listeners to a server share one connection beside the pool.
 *
 * @module
 */

import { addressOf } from "../base/connection_url.ts";
import type { Echo } from "../base/echo.ts";
import { ConnectionError } from "../base/errors.ts";
import type { PoolSettings } from "../base/options.ts";
import { Mutex } from "../protocol/mutex.ts";
import { ServerConnection } from "../protocol/server_connection.ts";
import { sql } from "../query/sql.ts";
import { Subscription } from "./subscription.ts";

/** What is longer Postgres cuts off, and the notifications would come under another name. In bytes. */
const LONGEST_CHANNEL = 63;

const listeners = new Map<string, Listener>();

/**
 * Listens to a channel.
 *
 * @param settings The server. All listeners to one server share a connection, which is closed when the last of them ends.
 * @param engine The number of the engine: closing it ends its listeners.
 * @param echo Shows the statements.
 * @param channel The name of the channel, as it stands.
 * @returns What gives the notifications that are sent from now on.
 * @throws {TypeError} When no channel can have that name.
 * @throws {ConnectionError} When there is no connection.
 */
export async function listen(
  settings: PoolSettings,
  engine: number,
  echo: Echo,
  channel: string,
): Promise<Subscription> {
  if (new TextEncoder().encode(channel).length > LONGEST_CHANNEL) {
    throw new TypeError(
      `listen: the name of the channel has more than ${LONGEST_CHANNEL} bytes, and Postgres would cut it off; give a shorter one`,
    );
  }
  const key = JSON.stringify(settings);
  let listener = listeners.get(key);
  if (listener === undefined) {
    listener = new Listener(settings);
    listeners.set(key, listener);
  }
  return await listener.listen(engine, channel, echo);
}

/** Ends all listening by this engine. */
export async function endListening(settings: PoolSettings, engine: number): Promise<void> {
  await listeners.get(JSON.stringify(settings))?.end(engine);
}

class Listener {
  readonly #settings: PoolSettings;
  readonly #channels = new Map<string, Set<Subscription>>();
  #connection: ServerConnection | undefined;
  /** One change after the other: leaving a channel and listening to it again may not overtake each other. */
  readonly #mutex = new Mutex();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  listen(engine: number, channel: string, echo: Echo): Promise<Subscription> {
    const name = sql.id(channel).text;
    const listening: Subscription = new Subscription(engine, () =>
      this.#mutex.run(() => this.#leave(channel, listening)),
    );
    return this.#mutex.run(async () => {
      const others = this.#channels.get(channel);
      if (others !== undefined) {
        others.add(listening);
        return listening;
      }
      // Before the server says that it listens: the first notification may come with that.
      this.#channels.set(channel, new Set([listening]));
      try {
        const connection = await this.#connect();
        await echo(`listen ${name}`);
        await connection.command(`listen ${name}`);
      } catch (error) {
        this.#channels.delete(channel);
        await this.#closeIfUnused();
        throw error;
      }
      return listening;
    });
  }

  async end(engine: number): Promise<void> {
    const all = await this.#mutex.run(() => [...this.#channels.values()].flatMap((some) => [...some]));
    await Promise.all(all.filter((listening) => listening.engine === engine).map((one) => one.close()));
  }

  async #leave(channel: string, listening: Subscription): Promise<void> {
    const others = this.#channels.get(channel);
    if (!others?.delete(listening) || others.size > 0) return;
    this.#channels.delete(channel);
    if (await this.#closeIfUnused()) return;
    // When that fails the connection is lost, and listens to nothing.
    await this.#connection?.command(`unlisten ${sql.id(channel).text}`).catch(() => {});
  }

  async #connect(): Promise<ServerConnection> {
    if (this.#connection !== undefined) return this.#connection;
    const connection: ServerConnection = await ServerConnection.open(this.#settings, {
      onLost: () => this.#lost(connection),
      onNotification: (channel, payload) => {
        for (const subscription of this.#channels.get(channel) ?? []) subscription.add({ channel, payload });
      },
    });
    this.#connection = connection;
    return connection;
  }

  async #closeIfUnused(): Promise<boolean> {
    if (this.#channels.size > 0) return false;
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
    return true;
  }

  #lost(connection: ServerConnection): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    const error = new ConnectionError(
      `listen: the connection to Postgres at ${addressOf(this.#settings.url)} was lost, and notifications may have been missed; listen again`,
      { code: "CONNECTION_CLOSED" },
    );
    const all = [...this.#channels.values()].flatMap((listening) => [...listening]);
    this.#channels.clear();
    for (const listening of all) listening.fail(error);
  }
}
