import process from "node:process";
import { createEngine, type LockKey, type LockOptions, sql } from "../../../src/postgres/mod.ts";

/** How many advisory locks the server keeps for this application. */
const held = (application: string) =>
  sql`select count(*)::int from pg_locks join pg_stat_activity using (pid)
    where locktype = 'advisory' and granted and application_name = ${application}`;

export interface Place {
  readonly url: string;
  readonly application: string;
}

const engineOf = ({ url, application }: Place) => createEngine(url, { applicationName: application });

/** How many are held within the block, and after it. */
export function scoped(place: Place, key: LockKey, options?: LockOptions): unknown[] {
  using conn = engineOf(place).connect();
  const counts: unknown[] = [];
  {
    using _lock = conn.advisoryLock(key, options ?? {});
    using _again = conn.advisoryLock(key, options ?? {});
    counts.push(conn.execute(held(place.application)).scalar());
  }
  counts.push(conn.execute(held(place.application)).scalar());
  return counts;
}

/** What two connections see of each other's lock: exclusive and shared, without waiting. */
export function contend(place: Place, key: LockKey): unknown {
  const engine = engineOf(place);
  using a = engine.connect();
  using b = engine.connect();
  const got = (options: LockOptions) => {
    using lock = b.advisoryLock(key, { ...options, wait: false });
    return lock !== undefined;
  };
  const both = () => [got({}), got({ shared: true })];
  const lock = a.advisoryLock(key);
  const underExclusive = both();
  lock.release();
  lock.release();
  const free = both();
  const shared = a.advisoryLock(key, { shared: true });
  const underShared = both();
  shared.release();
  return { underExclusive, free, underShared };
}

/** The server's own function for names finds the lock. */
export function ofName(place: Place, name: string): unknown {
  const engine = engineOf(place);
  using conn = engine.connect();
  using other = engine.connect();
  using _lock = conn.advisoryLock(name);
  return other.execute(sql`select pg_try_advisory_lock(hashtextextended(${name}::text, 0))`).scalar();
}

/** A lock is released although the transaction has failed, once that is rolled back; the savepoint's too. */
export function failedTransaction(place: Place): unknown {
  using conn = engineOf(place).connect();
  const counts: unknown[] = [];
  const attempt = () => {
    using _lock = conn.advisoryLock("failed");
    conn.execute(sql`select 1 / 0`);
  };
  const caught = (fn: () => void) => {
    try {
      fn();
    } catch (error) {
      counts.push((error as { code?: string }).code);
    }
  };
  caught(() => conn.begin(attempt));
  counts.push(conn.execute(held(place.application)).scalar());
  conn.begin(() => {
    caught(() => conn.begin(attempt));
    counts.push(conn.execute(held(place.application)).scalar());
  });
  return counts;
}

/** A connection that is given back with locks takes none of them along. */
export function forget(place: Place): unknown {
  const engine = engineOf(place);
  const conn = engine.connect();
  const lock = conn.advisoryLock(1n);
  conn.advisoryLock(1n, { shared: true });
  conn.close();
  lock.release();
  using next = engine.connect();
  return next.execute(held(place.application)).scalar();
}

/** Holds a lock until it is told. */
export function hold(place: Place, key: LockKey, wait: () => void): void {
  using conn = engineOf(place).connect();
  using _lock = conn.advisoryLock(key);
  wait();
}

/** Waits for a lock, and tells that it has it. */
export function waitFor(place: Place, key: LockKey): string {
  using conn = engineOf(place).connect();
  using _lock = conn.advisoryLock(key);
  return "got it";
}

export function die(place: Place, key: LockKey): void {
  engineOf(place).connect().advisoryLock(key);
  process.exit(3);
}

export function refused(place: Place): string[] {
  using conn = engineOf(place).connect();
  const keys = [1.5, 2 ** 53, 2n ** 63n, undefined, {}] as number[];
  return keys.map((key) => {
    try {
      conn.advisoryLock(key);
      return "done";
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  });
}

export function dispose(place: Place): void {
  engineOf(place).dispose();
}
