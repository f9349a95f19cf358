import process from "node:process";
import { postgres } from "../../deps.ts";
import { pgliteSocket } from "../../src/postgres/mod.ts";
import { name } from "./this_runtime.ts";

/** The server to test with. */
export const url: string = process.env.DATABASE_URL || "postgres://postgres@127.0.0.1:5432/test";

/** Whether that is PGlite, which has one session. */
export const isEmbedded: boolean = url.startsWith("pglite:");

/** Asks the server, or another one, something, over a connection of its own. */
export async function ask(
  query: string,
  values: readonly string[] = [],
  server: string = url,
): Promise<Record<string, unknown>[]> {
  const settings = { max: 1, connect_timeout: 60, onnotice() {} };
  const sql = isEmbedded
    ? postgres({ ...settings, user: "postgres", socket: () => pgliteSocket(server) } as object)
    : postgres(server, settings);
  try {
    return [...(await sql.unsafe(query, [...values]))];
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Whether to run the tests: only where nobody asked for all of them may a missing server skip some. */
export async function isServerThere(): Promise<boolean> {
  if (process.env.CI === "true") return true;
  return await ask("select 1").then(
    () => true,
    () => false,
  );
}

/**
 * For tests that cannot be run on PGlite: they want a second session, which it has not, or end a statement while it runs, which
 * has the event loop's thread to itself there, or ask for more than fits into memory, where it puts whole answers.
 */
export function onServer<T extends object>(test: T): T {
  return isEmbedded && "skip" in test ? (test.skip as T) : test;
}

/** A database of its own: other runtimes test against the same server at the same time. */
export interface OwnDatabase {
  readonly url: string;
  create(): Promise<void>;
  drop(): Promise<void>;
}

/**
 * Names a database for this process.
 *
 * @param purpose What tells it from others of this process.
 * @returns Its URL, and what creates and drops it.
 */
export function ownDatabase(purpose: string): OwnDatabase {
  // PGlite has one, which this process has to itself.
  if (isEmbedded) return { url, async create() {}, async drop() {} };
  const database = `awaitlet_${purpose}_${process.pid}_${name}`;
  const drop = async () => {
    await ask(`drop database if exists ${database} with (force)`);
  };
  return {
    url: Object.assign(new URL(url), { pathname: `/${database}` }).href,
    async create() {
      await drop();
      await ask(`create database ${database}`);
    },
    drop,
  };
}
