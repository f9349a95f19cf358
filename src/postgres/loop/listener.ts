/**
 * LISTEN, on the loop: one connection beside the pool, for all who listen.
 *
 * @module
 */

import type { Echo } from "../echo.ts";
import { addressOf, ConnectionError } from "../errors.ts";
import { Listening } from "../listening.ts";
import type { PoolSettings } from "../options.ts";
import { DriverConnection } from "../server/driver.ts";
import { sql } from "../sql.ts";

/** What is longer Postgres cuts off, and the notifications would come under another name. In bytes. */
const LONGEST_CHANNEL = 63;

const listeners = new Map<string, Listener>();

/**
 * Listens to a channel.
 *
 * @param settings The server. All who listen to the same one share a connection, which ends with the last of them.
 * @param echo Shows the statements.
 * @param channel The name of the channel, as it stands.
 * @returns What gives the notifications that are sent from now on.
 * @throws {TypeError} When no channel can have that name.
 * @throws {ConnectionError} When there is no connection.
 */
export async function listen(settings: PoolSettings, echo: Echo, channel: string): Promise<Listening> {
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
  return await listener.listen(channel, echo);
}

class Listener {
  readonly #settings: PoolSettings;
  readonly #channels = new Map<string, Set<Listening>>();
  #connection: DriverConnection | undefined;
  /** One change after the other: leaving a channel and listening to it again may not overtake each other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(settings: PoolSettings) {
    this.#settings = settings;
  }

  listen(channel: string, echo: Echo): Promise<Listening> {
    const name = sql.id(channel).text;
    const listening: Listening = new Listening(() => this.#inTurn(() => this.#leave(channel, listening)));
    return this.#inTurn(async () => {
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

  async #leave(channel: string, listening: Listening): Promise<void> {
    const others = this.#channels.get(channel);
    if (!others?.delete(listening) || others.size > 0) return;
    this.#channels.delete(channel);
    if (await this.#closeIfUnused()) return;
    // When that fails the connection is lost, and listens to nothing.
    await this.#connection?.command(`unlisten ${sql.id(channel).text}`).catch(() => {});
  }

  async #connect(): Promise<DriverConnection> {
    if (this.#connection !== undefined) return this.#connection;
    const connection: DriverConnection = await DriverConnection.open(
      this.#settings,
      () => this.#lost(connection),
      (channel, payload) => {
        for (const listening of this.#channels.get(channel) ?? []) listening.add({ channel, payload });
      },
    );
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

  #lost(connection: DriverConnection): void {
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

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => {});
    return result;
  }
}
