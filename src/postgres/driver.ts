/**
 * One connection to the server, on the loop, over postgres.js.
 *
 * Each is a client of the driver with room for one connection. The driver's own pool can lose a waiting
 * `reserve()` when a connection breaks, and reconnects by itself, also in the middle of a transaction.
 *
 * @module
 */

import type { postgres } from "../../deps.ts";
import { addressOf, ConnectionError, explainConnectFailure, explainQueryFailure } from "./errors.ts";
import type { ResultData } from "./result.ts";

/** Where to connect to, and how long to try. */
export interface Destination {
  readonly url: string;
  /** In milliseconds. */
  readonly connectTimeout: number;
}

/** A connection. When the server or the network ends it, it is lost: it never connects anew. */
export class DriverConnection {
  readonly #client: postgres.Sql;
  readonly #address: string;
  #lost = false;
  /** Gives up the queries under way: the driver does not settle one that was sent while the connection ended. */
  readonly #giveUp = new Set<() => void>();

  private constructor(client: postgres.Sql, address: string) {
    this.#client = client;
    this.#address = address;
  }

  /**
   * @param destination Where to.
   * @param onLost Called once, when the connection has ended, also by `close()`.
   * @throws {ConnectionError} When it cannot be made in time.
   */
  static async open(destination: Destination, onLost: () => void): Promise<DriverConnection> {
    const address = addressOf(destination.url);
    let connection: DriverConnection | undefined;
    const client = await createClient(destination, () => {
      if (connection === undefined || connection.#lost) return;
      connection.#lost = true;
      for (const giveUp of connection.#giveUp) giveUp();
      onLost();
    });
    try {
      await answerWithin(destination.connectTimeout, client.unsafe("select 1"));
    } catch (error) {
      void client.end({ timeout: 0 });
      throw explainConnectFailure(error, address);
    }
    connection = new DriverConnection(client, address);
    return connection;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /**
   * @param text One SQL statement.
   * @param values Its parameters.
   * @throws {ConnectionError} When the connection is lost. Whatever the server refuses.
   */
  async query(text: string, values: readonly unknown[]): Promise<ResultData> {
    if (this.#lost) throw explainQueryFailure(undefined, this.#address);
    // Never the simple protocol, which the driver uses where there are no values: it would run several statements.
    const options = { prepare: true, simple: false };
    try {
      const rows = await this.#unlessLost(
        this.#client.unsafe(text, [...values] as never[], options).values(),
      );
      return {
        columns: rows.columns?.map(({ name }) => String(name)) ?? [],
        rows: [...rows],
        rowCount: rows.count ?? 0,
        command: rows.command,
      };
    } catch (error) {
      throw explainQueryFailure(error, this.#address);
    }
  }

  /** What `query` gives; rejects when the connection is lost before that. */
  async #unlessLost<T>(query: PromiseLike<T>): Promise<T> {
    let giveUp = () => {};
    const lost = new Promise<never>((_resolve, reject) => {
      // After what the loss itself may have settled the query with, which says more.
      giveUp = () => void setTimeout(reject, 0);
    });
    this.#giveUp.add(giveUp);
    try {
      return await Promise.race([query, lost]);
    } finally {
      this.#giveUp.delete(giveUp);
    }
  }

  /** Ends the connection. Never throws. */
  async close(): Promise<void> {
    await this.#client.end({ timeout: 1 });
  }
}

async function createClient(
  { url, connectTimeout }: Destination,
  onclose: () => void,
): Promise<postgres.Sql> {
  // Loaded when first used: a blocking thread, which only asks for connections, never needs the driver.
  const { postgres } = await import("../../deps.ts");
  try {
    return postgres(url, {
      max: 1,
      connect_timeout: connectTimeout / 1000,
      // Between two queries of a transaction the driver takes this connection for idle, and would end it.
      idle_timeout: 0,
      max_lifetime: 0,
      onnotice: () => {},
      onclose,
    });
  } catch (error) {
    if (!(error instanceof URIError || error instanceof TypeError)) throw error;
    // What it says may repeat a part of the URL.
    throw new ConnectionError(
      `connect to Postgres at ${addressOf(url)}: the URL holds what the driver cannot read; see whether its user and password are percent-encoded`,
    );
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
