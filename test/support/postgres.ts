import process from "node:process";
import { postgres } from "../../deps.ts";
import { name } from "./this_runtime.ts";

/** The server to test with. */
export const url: string = process.env.DATABASE_URL || "postgres://postgres@127.0.0.1:5432/test";

/** Asks the server, or another one, something, over a connection of its own. */
export async function ask(
  query: string,
  values: readonly string[] = [],
  server: string = url,
): Promise<Record<string, unknown>[]> {
  const sql = postgres(server, { max: 1, connect_timeout: 5, onnotice() {} });
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
