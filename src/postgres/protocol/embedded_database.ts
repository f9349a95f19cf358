/**
 * The embedded databases of this thread. Each has one session, which its connections take turns with.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { resolve } from "node:path";
import { embeddedFolder } from "../base/embedded_url.ts";
import { isWithin } from "./deadline.ts";
import { openPGlite, type PGlite } from "./embedded_package.ts";
import { lockFolder } from "./folder_lock.ts";
import { Mutex } from "./mutex.ts";

/** A connection to the session. */
export interface EmbeddedConnection {
  /** Something was notified of, by whatever connection. */
  notify(message: Buffer): void;
  /** The session has ended. */
  lose(cause: unknown): void;
}

export class EmbeddedDatabase {
  readonly #pglite: PGlite;
  readonly #turns = new Mutex();
  /** Whether its session has ended of itself. */
  isLost = false;
  /** The open connections. */
  readonly connections: Set<EmbeddedConnection> = new Set();

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  /** Runs messages to their end, and returns what PGlite says to them. This thread does nothing else meanwhile. */
  async run(messages: Uint8Array): Promise<Buffer> {
    const parts: Buffer[] = [];
    try {
      // PGlite overwrites what it has handed over.
      const onRawData = (part: Uint8Array) => parts.push(Buffer.from(part));
      await this.#pglite.execProtocolRawStream(messages, { onRawData });
    } catch (error) {
      this.isLost = true;
      for (const connection of [...this.connections]) connection.lose(error);
      throw error;
    } finally {
      this.#stopTimer();
    }
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }

  /**
   * Waits for a turn with the session.
   *
   * @param ms How long.
   * @param signal Ends the waiting.
   * @returns What gives the turn back; `undefined` where it did not come in time.
   */
  async takeTurn(ms: number, signal: AbortSignal): Promise<(() => void) | undefined> {
    let giveBack = () => {};
    const turn = new Promise<void>((begin) => {
      void this.#turns.run(() => {
        begin();
        return new Promise<void>((end) => {
          giveBack = end;
        });
      });
    });
    const onAbort = new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    if ((await isWithin(ms, Promise.race([turn, onAbort]))) && !signal.aborted) return giveBack;
    void turn.then(() => giveBack());
    return undefined;
  }

  /** Ends the session. Never throws: what was committed is in the folder. */
  async close(): Promise<void> {
    await this.#pglite.close().catch(() => {});
    this.#stopTimer();
  }

  /** Postgres sets an alarm for housekeeping, which PGlite makes a timer that would keep the process alive for up to a minute. */
  #stopTimer(): void {
    try {
      this.#pglite.Module?._clear_setitimer?.();
    } catch {
      // The session has ended, and its timer with it.
    }
  }
}

/** A database, while it is open, and how many use it. */
interface Place {
  readonly folder: string;
  /** Opening and closing, one after the other. */
  readonly mutex: Mutex;
  users: number;
  database: EmbeddedDatabase | undefined;
  unlock(): void;
}

/** By the folder; the database in memory by an empty name. */
const places = new Map<string, Place>();

/** A use of a database. */
export interface EmbeddedUse {
  readonly database: EmbeddedDatabase;
  /** Ends it. The last one closes a database in a folder; one in memory stays until the thread ends. */
  end(): Promise<void>;
}

/**
 * Opens an embedded database, or joins those who have it open.
 *
 * @throws {ConnectionError} When it cannot be opened, or another thread or process has it open.
 */
export async function useDatabase(url: string): Promise<EmbeddedUse> {
  const named = embeddedFolder(url);
  const folder = named === "" ? "" : resolve(named);
  let place = places.get(folder);
  if (place === undefined) {
    place = { folder, mutex: new Mutex(), users: 0, database: undefined, unlock() {} };
    places.set(folder, place);
  }
  const { mutex } = place;
  const joined = place;
  const database = await mutex.run(() => join(joined));
  return { database, end: () => mutex.run(() => leave(joined, database)) };
}

async function join(place: Place): Promise<EmbeddedDatabase> {
  if (place.database === undefined) {
    const { folder } = place;
    if (folder !== "") place.unlock = lockFolder(folder);
    try {
      place.database = new EmbeddedDatabase(await openPGlite(folder));
    } catch (error) {
      place.unlock();
      throw error;
    }
    place.users = 0;
  }
  place.users += 1;
  return place.database;
}

async function leave(place: Place, database: EmbeddedDatabase): Promise<void> {
  if (place.database !== database) return;
  place.users -= 1;
  if (place.users > 0 || (place.folder === "" && !database.isLost)) return;
  place.database = undefined;
  await database.close();
  place.unlock();
}
