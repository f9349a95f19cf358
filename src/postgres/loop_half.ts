/**
 * What the blocking half asks of the loop: connections by number, so that only plain data crosses.
 *
 * @module
 */

import { currentSignal, ThreadDied } from "../../mod.ts";
import { type AsyncConnection, AsyncEngine } from "./async_engine.ts";
import type { EngineSettings } from "./options.ts";
import type { ResultData } from "./result.ts";

const connections = new Map<number, AsyncConnection>();
let lastNumber = 0;

function keep(conn: AsyncConnection): number {
  lastNumber += 1;
  connections.set(lastNumber, conn);
  return lastNumber;
}

function connection(number: number): AsyncConnection {
  const conn = connections.get(number);
  if (conn === undefined) {
    throw new Error("use a connection: it was given back to the pool; take a new one with engine.connect()");
  }
  return conn;
}

export async function connect(settings: EngineSettings): Promise<number> {
  const signal = currentSignal();
  const number = keep(await new AsyncEngine(settings).connect());
  // A task that is cancelled gives the connection back itself; one whose thread has died cannot.
  const giveBack = () => {
    if (signal.reason instanceof ThreadDied) void close(number);
  };
  if (signal.aborted) giveBack();
  else signal.addEventListener("abort", giveBack, { once: true });
  return number;
}

const ROLLED_BACK = Symbol("rolled back");

/**
 * Runs `fn`, which tells whether to commit, in a transaction. When the thread that `fn` lives on dies, calling it
 * rejects, so that the transaction is rolled back and the connection given back also then.
 */
export async function begin(
  settings: EngineSettings,
  fn: (number: number) => boolean | PromiseLike<boolean>,
): Promise<void> {
  try {
    await new AsyncEngine(settings).begin(async (conn) => {
      const number = keep(conn);
      try {
        if (!(await fn(number))) throw ROLLED_BACK;
      } finally {
        connections.delete(number);
      }
    });
  } catch (error) {
    if (error !== ROLLED_BACK) throw error;
  }
}

export async function execute(number: number, text: string, values: readonly unknown[]): Promise<ResultData> {
  return await connection(number).run(text, values);
}

export async function beginTransaction(number: number): Promise<void> {
  await connection(number).begin();
}

export async function commit(number: number): Promise<void> {
  await connection(number).commit();
}

export async function rollback(number: number): Promise<void> {
  await connection(number).rollback();
}

export async function close(number: number): Promise<void> {
  const conn = connections.get(number);
  connections.delete(number);
  await conn?.close();
}

export async function dispose(settings: EngineSettings): Promise<void> {
  await new AsyncEngine(settings).dispose();
}
