/**
 * What blocking code asks of the loop. Engines and connections have numbers, so that only plain data crosses.
 *
 * A connection is made when the first thing is done with it that needs one of its own. Its number is chosen by blocking code;
 * where that knows that the connection has been made, it gives the number as a negative one.
 *
 * @module
 */

import { currentSignal, onTaskEnd, transfer } from "../../../mod.ts";
import { type EchoLogger, echoOf } from "../base/echo.ts";
import { engineClosed } from "../base/errors.ts";
import type { PoolSettings } from "../base/options.ts";
import { poolOf } from "../protocol/pool.ts";
import type { LockName } from "../query/lock_name.ts";
import type { Statements } from "../query/many_statements.ts";
import {
  addressResult,
  HAS_LEASE,
  IS_URGENT,
  type PackedResult,
  UNKNOWN_ENGINE,
} from "../query/packed_result.ts";
import { kindOf } from "../query/statement_kind.ts";
import type { TransactionOptions } from "../query/transaction_options.ts";
import type { ServerType } from "../types/types.ts";
import type { CopyOut } from "./copy_out.ts";
import { checkOpen, type EngineName, engineOf, type LoopEngine } from "./engines.ts";
import { Lease } from "./lease.ts";
import {
  findLease,
  getLease,
  isRegistered,
  newLeaseNumber,
  registerLease,
  retireNumber,
  unregisterLease,
} from "./lease_registry.ts";
import type { Subscription } from "./subscription.ts";

/**
 * Runs one statement.
 *
 * @param name The engine.
 * @param connection The number of the connection; 0 for none: then the statement is one by itself.
 * @param begin What begins a transaction, where the connection is to be in one and has not been made yet; else "".
 * @param released The number of a connection to give back, or 0.
 * @param text The statement.
 * @param values Its parameters.
 */
export function execute(
  name: EngineName,
  connection: number,
  begin: string,
  released: number,
  text: string,
  ...values: readonly unknown[]
): PackedResult | Promise<PackedResult> {
  if (released !== 0) void close(released);
  const engine = engineOf(name);
  if (engine === undefined) return UNKNOWN_ENGINE;
  const isNew = connection === 0 || (connection > 0 && !isRegistered(connection));
  if (isNew && engine.isClosed) throw engineClosed(engine.address);
  if (isNew && begin === "" && engine.isQuiet && kindOf(text).isPlainRead) {
    const result = engine.pool.reads.read(text, values, currentSignal());
    return typeof name === "number" ? result : result.then((read) => addressResult(read, engine.number, 0));
  }
  if (connection === 0) return executeAlone(engine, text, values);
  if (connection < 0) return executeOn(getLease(-connection), engine, text, values);
  return leaseFor(engine, connection, begin).then((lease) => executeOn(lease, engine, text, values));
}

async function executeOn(
  lease: Lease,
  engine: LoopEngine,
  text: string,
  values: readonly unknown[],
): Promise<PackedResult> {
  const result = await lease.query(text, values);
  return addressResult(result, engine.number, flagsFor(lease, engine));
}

/** Runs a statement on a connection that is taken for it alone. */
async function executeAlone(
  engine: LoopEngine,
  text: string,
  values: readonly unknown[],
): Promise<PackedResult> {
  const number = newLeaseNumber();
  const lease = new Lease(engine.pool, engine.echo);
  registerLease(number, lease, true);
  try {
    return addressResult(await lease.query(text, values), engine.number, 0);
  } finally {
    // What it did is done, whatever becomes of the connection.
    void close(number);
  }
}

/** The connection of that number, which is made where it has not been. */
async function leaseFor(engine: LoopEngine, connection: number, begin: string): Promise<Lease> {
  if (connection < 0) return getLease(-connection);
  if (isRegistered(connection)) return getLease(connection);
  const { pool, echo, isClosed, address } = engine;
  if (isClosed) throw engineClosed(address);
  return await makeLease(connection, new Lease(pool, echo), begin);
}

async function makeLease(number: number, lease: Lease, begin: string): Promise<Lease> {
  const signal = currentSignal();
  registerLease(number, lease, true);
  try {
    signal.throwIfAborted();
    if (begin !== "") await lease.beginBy(begin);
    return lease;
  } catch (error) {
    await close(number);
    throw error;
  }
}

/** Runs several statements in one text. */
export async function script(number: number, text: string): Promise<PackedResult[]> {
  return await getLease(number).script(text);
}

function flagsFor(lease: Lease, { pool }: LoopEngine): number {
  const isUrgent = lease.isInTransaction || lease.changesSession || !pool.hasReserve;
  return isUrgent ? HAS_LEASE | IS_URGENT : HAS_LEASE;
}

/** Makes a connection, unless that was done. Returns the number of the engine; 0 where it is not known. */
export async function connect(
  name: EngineName,
  connection: number,
  begin: string,
  released: number,
): Promise<number> {
  if (released !== 0) void close(released);
  const engine = engineOf(name);
  if (engine === undefined) return 0;
  await leaseFor(engine, connection, begin);
  return engine.number;
}

/** Makes a connection whose statements are shown to a function. */
export async function connectShowing(
  settings: PoolSettings,
  id: number,
  echo: EchoLogger,
  connection: number,
  begin: string,
  released: number,
): Promise<void> {
  if (released !== 0) void close(released);
  if (!isRegistered(connection)) {
    checkOpen(id, settings);
    await makeLease(connection, new Lease(poolOf(settings), echoOf(echo)), begin);
  }
}

/** The types of the parameters of a statement; of the connection 0, on any. `undefined` where the engine is not known. */
export async function describe(
  name: EngineName,
  connection: number,
  text: string,
): Promise<readonly ServerType[] | undefined> {
  const lease = connection === 0 ? undefined : findLease(Math.abs(connection));
  if (lease !== undefined) return await lease.describe(text);
  const engine = engineOf(name);
  if (engine?.isClosed) throw engineClosed(engine.address);
  return await engine?.pool.reads.use((any) => any.describe(text));
}

export async function begin(number: number, options?: TransactionOptions): Promise<number> {
  return await getLease(number).begin(options);
}

export async function commit(number: number, transaction: number): Promise<void> {
  await getLease(number).commit(transaction);
}

export async function rollback(number: number, transaction: number): Promise<void> {
  await findLease(number)?.rollback(transaction);
}

/** Commits the transaction, where one was begun, and gives the connection back. */
export async function commitAndClose(connection: number): Promise<void> {
  const number = Math.abs(connection);
  if (connection > 0 && findLease(number) === undefined) return;
  const lease = getLease(number);
  try {
    await lease.commit(0);
  } finally {
    void close(number);
  }
}

/** Gives the connection back; what was not committed is rolled back. */
export async function close(number: number): Promise<void> {
  await unregisterLease(number)?.close();
}

/** The same, where several copies of the connection may be about. */
export async function closeForAll(number: number): Promise<void> {
  retireNumber(number);
  await close(number);
}

export async function openCursor(
  number: number,
  text: string,
  values: readonly unknown[],
  batch: number,
): Promise<{ next(): Promise<PackedResult>; close(): Promise<void> }> {
  const { Cursor } = await import("./cursor.ts");
  const cursor = await Cursor.open(getLease(number), text, values, batch);
  return { next: () => cursor.next(), close: () => cursor.close() };
}

export async function copyIn(number: number, text: string): Promise<import("./copy_in.ts").CopyIn> {
  const { CopyIn } = await import("./copy_in.ts");
  return await CopyIn.open(getLease(number), text);
}

export async function copyOut(number: number, text: string): Promise<Pick<CopyOut, "next" | "close">> {
  const { CopyOut: Copy } = await import("./copy_out.ts");
  const copy = await Copy.open(getLease(number), text);
  return {
    async next() {
      const chunk = await copy.next();
      return typeof chunk === "number" ? chunk : transfer(chunk, [chunk.buffer]);
    },
    close: () => copy.close(),
  };
}

export async function executeMany(number: number, statements: Statements): Promise<number> {
  const { runMany } = await import("./run_many.ts");
  return await runMany(getLease(number), statements);
}

export async function lock(number: number, name: LockName, wait: boolean): Promise<boolean> {
  return await getLease(number).locks.take(name, wait);
}

/** A connection that was given back has given up its locks. */
export async function unlock(number: number, name: LockName): Promise<void> {
  await findLease(number)?.locks.release(name);
}

export async function listen(
  settings: PoolSettings,
  id: number,
  echo: boolean | EchoLogger,
  channel: string,
): Promise<Subscription> {
  checkOpen(id, settings);
  const listener = await import("./listener.ts");
  const subscription = await listener.listen(settings, id, echoOf(echo), channel);
  // A task that is cancelled, or whose thread has died, may not have got it yet, or be able to close it.
  onTaskEnd(() => void subscription.close());
  return subscription;
}

export async function dispose(settings: PoolSettings, released: number): Promise<void> {
  if (released !== 0) void close(released);
  await poolOf(settings).dispose();
}

/** Closes an engine, on all threads. @throws {Error} When it would wait for the present task. */
export async function closeEngine(
  settings: PoolSettings,
  id: number,
  force: boolean,
  released: number,
): Promise<void> {
  if (released !== 0) await close(released);
  const { closeEngine: closeOnLoop } = await import("./close_engine.ts");
  await closeOnLoop(settings, id, force);
}
