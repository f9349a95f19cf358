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
import type { PoolSettings } from "./options.ts";
import type { ResultData } from "./result.ts";

/** A connection. When the server or the network ends it, it is lost: it never connects anew. */
export class DriverConnection {
  /** The driver's client, which has this one connection. Use it within `settle()`. */
  readonly client: postgres.Sql;
  readonly #address: string;
  #lost = false;
  /** Gives up the queries under way: the driver does not settle one that was sent while the connection ended. */
  readonly #giveUp = new Set<() => void>();

  private constructor(client: postgres.Sql, address: string) {
    this.client = client;
    this.#address = address;
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
    const address = addressOf(settings.url);
    let connection: DriverConnection | undefined;
    const onClose = () => {
      if (connection === undefined || connection.#lost) return;
      connection.#lost = true;
      for (const giveUp of connection.#giveUp) giveUp();
      onLost();
    };
    const client = await createClient(settings, onClose, onNotify);
    try {
      await answerWithin(settings.connectTimeout, client.unsafe("select 1"));
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
   * @param prepare Whether the server is to keep the statement for the next time.
   * @throws {ConnectionError} When the connection is lost.
   * @throws {DatabaseError} When the server refuses the statement.
   */
  async query(text: string, values: readonly unknown[], prepare: boolean = true): Promise<ResultData> {
    // Never the simple protocol, which the driver uses where there are no values: it would run several statements.
    const options = { prepare, simple: false };
    const rows = await this.settle(text, () =>
      this.client.unsafe(text, [...values] as never[], options).values(),
    );
    return {
      columns: rows.columns?.map(({ name }) => String(name)) ?? [],
      rows: [...rows],
      rowCount: rows.count ?? 0,
      command: rows.command,
    };
  }

  /**
   * @param text SQL of our own, several statements perhaps: nothing that comes from outside.
   * @returns What the server calls the last of the statements.
   */
  async command(text: string): Promise<{ readonly command: string }> {
    const results: unknown = await this.settle(text, () => this.client.unsafe(text));
    const last = (Array.isArray(results) && Array.isArray(results[0]) ? results.at(-1) : results) as {
      command: string;
    };
    return { command: last.command };
  }

  /**
   * Awaits what the driver's client was asked.
   *
   * @param text The statement, for errors.
   * @param ask Asks it.
   * @returns What it settles with; it rejects when the connection is lost before that.
   * @throws {ConnectionError} When the connection is lost.
   * @throws {DatabaseError} When the server refuses the statement.
   */
  async settle<T>(text: string, ask: () => PromiseLike<T>): Promise<T> {
    if (this.#lost) throw explainQueryFailure(undefined, this.#address, text);
    let giveUp = () => {};
    const lost = new Promise<never>((_resolve, reject) => {
      // After what the loss itself may have settled the query with, which says more.
      giveUp = () => void setTimeout(reject, 0);
    });
    this.#giveUp.add(giveUp);
    try {
      return await Promise.race([ask(), lost]);
    } catch (error) {
      throw explainQueryFailure(error, this.#address, text);
    } finally {
      this.#giveUp.delete(giveUp);
    }
  }

  /** Ends the connection. Never throws. */
  async close(): Promise<void> {
    await this.client.end({ timeout: 1 });
  }
}

async function createClient(
  settings: PoolSettings,
  onclose: () => void,
  onnotify: (channel: string, payload: string) => void,
): Promise<postgres.Sql> {
  const { url, connectTimeout, statementTimeout, applicationName, ssl } = settings;
  const connection: Record<string, string | number> = {};
  if (applicationName !== undefined) connection.application_name = applicationName;
  else if (!new URL(url).searchParams.has("application_name")) connection.application_name = "awaitlet";
  if (statementTimeout > 0) connection.statement_timeout = statementTimeout;
  // Loaded when first used: a blocking thread, which only asks for connections, never needs the driver.
  const { postgres } = await import("../../deps.ts");
  try {
    return postgres(url, {
      max: 1,
      connect_timeout: connectTimeout / 1000,
      // Between two queries of a transaction the driver takes this connection for idle, and would end it.
      idle_timeout: 0,
      max_lifetime: 0,
      connection,
      ...(ssl === undefined ? {} : { ssl: ssl === true ? "verify-full" : ssl }),
      onnotice: () => {},
      onclose,
      // An option that its types do not show: what its own listen() is made of.
      ...({ onnotify } as object),
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
