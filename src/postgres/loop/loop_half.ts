/**
 * What the blocking half asks of the loop: connections by number, so that only plain data crosses.
 *
 * @module
 */

import { currentSignal, onTaskEnd, transfer } from "../../../mod.ts";
import { CopyIn } from "../copy/copy_in.ts";
import { CopyOut } from "../copy/copy_out.ts";
import { type EchoLogger, echoOf } from "../echo.ts";
import type { Listening } from "../listening.ts";
import type { LockName } from "../lock_name.ts";
import { runMany, type Statements } from "../many.ts";
import type { PoolSettings } from "../options.ts";
import { type PackedResult, packResult } from "../result_data.ts";
import { poolOf } from "../server/pool.ts";
import type { TransactionOptions } from "../transaction_options.ts";
import type { ServerType } from "../values/types.ts";
import { Cursor } from "./cursor.ts";
import { Lease } from "./lease.ts";
import { borrowed, leaseOf, lend, takeBack } from "./lent.ts";
import * as listener from "./listener.ts";

/** Takes a connection, and begins a transaction on it where there are options for one. Returns its number. */
export async function connect(
  settings: PoolSettings,
  echo: boolean | EchoLogger,
  options?: TransactionOptions,
): Promise<number> {
  const signal = currentSignal();
  const pool = poolOf(settings);
  const lease = new Lease(await pool.acquire(signal), pool, echoOf(echo));
  const number = lend(lease, true);
  try {
    signal.throwIfAborted();
    if (options !== undefined) await lease.begin(options);
    return number;
  } catch (error) {
    await close(number);
    throw error;
  }
}

export function execute(number: number, text: string, values: readonly unknown[]): Promise<PackedResult> {
  return leaseOf(number).query(text, values).then(packResult);
}

export async function describe(number: number, text: string): Promise<readonly ServerType[]> {
  return await leaseOf(number).describe(text);
}

export async function begin(number: number, options?: TransactionOptions): Promise<number> {
  return await leaseOf(number).begin(options);
}

export async function commit(number: number, transaction: number): Promise<void> {
  await leaseOf(number).commit(transaction);
}

export async function rollback(number: number, transaction: number): Promise<void> {
  await borrowed(number)?.rollback(transaction);
}

/** Commits the transaction, and gives the connection back. */
export async function commitAndClose(number: number): Promise<void> {
  const lease = leaseOf(number);
  try {
    await lease.commit(0);
  } finally {
    await close(number);
  }
}

/** Gives the connection back; what was not committed is rolled back. */
export async function close(number: number): Promise<void> {
  await takeBack(number)?.close();
}

export async function openCursor(
  number: number,
  text: string,
  values: readonly unknown[],
  batch: number,
): Promise<{ next(): Promise<PackedResult>; close(): Promise<void> }> {
  const cursor = await Cursor.open(leaseOf(number), text, values, batch);
  return { next: () => cursor.next().then(packResult), close: () => cursor.close() };
}

export async function copyIn(number: number, text: string): Promise<CopyIn> {
  return await CopyIn.open(leaseOf(number), text);
}

export async function copyOut(number: number, text: string): Promise<Pick<CopyOut, "next" | "close">> {
  const copy = await CopyOut.open(leaseOf(number), text);
  return {
    async next() {
      const chunk = await copy.next();
      return typeof chunk === "number" ? chunk : transfer(chunk, [chunk.buffer]);
    },
    close: () => copy.close(),
  };
}

export async function executeMany(number: number, statements: Statements): Promise<number> {
  return await runMany(leaseOf(number), statements);
}

export async function lock(number: number, name: LockName, wait: boolean): Promise<boolean> {
  return await leaseOf(number).locks.take(name, wait);
}

/** A connection that was given back has given up its locks. */
export async function unlock(number: number, name: LockName): Promise<void> {
  await borrowed(number)?.locks.release(name);
}

export async function listen(
  settings: PoolSettings,
  echo: boolean | EchoLogger,
  channel: string,
): Promise<Listening> {
  const listening = await listener.listen(settings, echoOf(echo), channel);
  // A task that is cancelled, or whose thread has died, may not have got it yet, or be able to close it.
  onTaskEnd(() => void listening.close());
  return listening;
}

export async function dispose(settings: PoolSettings): Promise<void> {
  await poolOf(settings).dispose();
}
