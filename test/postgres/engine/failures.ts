import process from "node:process";
import { type ConnectionError, createEngine, type EngineOptions, sql } from "../../../src/postgres/mod.ts";

/** What is thrown by the first statement on an engine: before that nothing connects. */
export function connectFailure(
  url: string,
  options: EngineOptions = {},
): { message: string; code: string | undefined } {
  try {
    createEngine(url, options).connect().execute(sql`select 1`);
  } catch (error) {
    const { message, code } = error as ConnectionError;
    return { message, code };
  }
  throw new Error("it did connect");
}

const small: EngineOptions = { poolSize: 1, poolTimeout: 200 };
const patient: EngineOptions = { poolSize: 1, poolTimeout: 10_000 };

/** All connections in use, then given back. */
export function exhaust(url: string): string[] {
  const engine = createEngine(url, small);
  const conn = engine.connect();
  conn.begin();
  const said: string[] = [];
  try {
    engine.connect().execute(sql`select 1`);
  } catch (error) {
    said.push((error as Error).message);
  }
  conn.close();
  said.push(engine.begin((again) => String(again.execute(sql`select 'again'`).scalar())));
  engine.dispose();
  return said;
}

/** The server ends the connection in the middle of a transaction. */
export function lose(url: string): string[] {
  const [engine, other] = [createEngine(url, small), createEngine(url)];
  const said: string[] = [];
  try {
    engine.begin((conn) => {
      const pid = conn.execute(sql`select pg_backend_pid()`).scalar();
      other.begin((killer) => killer.execute(sql`select pg_terminate_backend(${pid})`));
      for (let i = 0; i < 2; i++) {
        try {
          conn.execute(sql`select 'not any more'`);
        } catch (error) {
          said.push((error as Error).message);
        }
      }
      throw new Error("leave");
    });
  } catch (error) {
    said.push((error as Error).message);
  }
  said.push(engine.begin((conn) => String(conn.execute(sql`select 'again'`).scalar())));
  engine.dispose();
  return said;
}

/** Ends its thread in the middle of a transaction. */
export function die(url: string): void {
  createEngine(url, patient).begin((conn) => {
    conn.execute(sql`select 1`);
    process.exit(3);
  });
}

/** Ends its thread while it holds a connection. */
export function dieConnected(url: string): void {
  const conn = createEngine(url, patient).connect();
  conn.begin();
  conn.execute(sql`select 1`);
  process.exit(3);
}

/** Whether the pool of `die()` has its connection back. */
export function liveOn(url: string): unknown {
  const engine = createEngine(url, patient);
  try {
    return engine.begin((conn) => conn.execute(sql`select 'alive'`).scalar());
  } finally {
    engine.dispose();
  }
}
