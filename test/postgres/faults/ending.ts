import process from "node:process";
import { createEngine, type Engine, type EngineOptions, sql } from "../../../src/postgres/mod.ts";

/** What every function here is given. The pool has one connection, so that none may be missing. */
export interface Place {
  readonly url: string;
  readonly options: EngineOptions;
  readonly table: string;
}

const engineOf = ({ url, options }: Place): Engine => createEngine(url, options);

export function setUp(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(sql`create table ${sql.id(place.table)} (word text primary key)`);
  });
}

const insert = ({ table }: Place, word: string) => sql`insert into ${sql.id(table)} values (${word})`;

/** What has been committed. With one connection it also tells that the pool has it back. */
export function words(place: Place): unknown[] {
  const query = sql`select word from ${sql.id(place.table)} order by word`;
  return engineOf(place).begin((conn) => conn.execute(query).scalars().all());
}

/** Sleeps on the server in a transaction that has written. */
export function sleepInTransaction(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, "in a transaction"));
    conn.execute(sql`select pg_sleep(600)`);
  });
}

/** In a savepoint, by hand. */
export function sleepInSavepoint(place: Place): void {
  const conn = engineOf(place).connect();
  try {
    conn.begin();
    conn.execute(insert(place, "in a savepoint"));
    conn.begin((_savepoint) => conn.execute(sql`select pg_sleep(600)`));
  } finally {
    conn.close();
  }
}

/** Without a transaction. */
export function sleepConnected(place: Place): void {
  const conn = engineOf(place).connect();
  try {
    conn.execute(sql`select pg_sleep(600)`);
  } finally {
    conn.close();
  }
}

/** Reads rows that do not come. */
export function sleepInStream(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, "in a stream"));
    for (const _row of conn.stream(sql`select pg_sleep(600)`));
  });
}

/** Copies rows that do not come. */
export function sleepInCopy(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, "in a copy"));
    for (const _row of conn.copyTo(sql`copy (select pg_sleep(600)) to stdout`).rows());
  });
}

/** Runs many statements of which each takes its time. */
export function sleepInMany(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, "in many"));
    conn.executeMany((seconds) => sql`select pg_sleep(${seconds})`, Array<number>(100).fill(600));
  });
}

/** Waits for a lock with a statement that the server does not know yet: it waits while it reads it. */
export function waitForLock(place: Place): void {
  engineOf(place).begin((conn) => conn.execute(sql`select 'not pg_sleep', * from ${sql.id(place.table)}`));
}

/** Locks the table out for others, meanwhile. */
export function lockWhile(place: Place, happen: () => void): void {
  engineOf(place).begin((conn) => {
    conn.execute(sql`lock table ${sql.id(place.table)} in access exclusive mode`);
    happen();
  });
}

/** Tidies up on the same connection when it is aborted. */
export function tidyUp(place: Place): void {
  const conn = engineOf(place).connect();
  try {
    conn.begin();
    conn.execute(insert(place, "before it was aborted"));
    conn.execute(sql`select pg_sleep(600)`);
  } finally {
    conn.rollback();
    conn.execute(insert(place, "tidied up"));
    conn.close();
  }
}

/** Hears of it, and goes on regardless. */
export function ignore(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, "ignored"));
    try {
      conn.execute(sql`select pg_sleep(600)`);
    } catch {
      for (;;);
    }
  });
}

/** Hears of it, and then waits for the server again. */
export function sleepAgain(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, "slept again"));
    try {
      conn.begin(() => conn.execute(sql`select pg_sleep(600)`));
    } finally {
      conn.execute(sql`select pg_sleep(601)`);
    }
  });
}

/** Takes a connection, begins a transaction, and forgets both. */
export function forget(place: Place): void {
  const conn = engineOf(place).connect();
  conn.begin();
  conn.execute(insert(place, "forgotten"));
}

/** Ends its thread in a transaction. */
export function exitInTransaction(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, "exited"));
    process.exit(3);
  });
}

/** Ends its thread with a connection that it has taken. */
export function exitConnected(place: Place): void {
  const conn = engineOf(place).connect();
  conn.begin();
  conn.execute(insert(place, "exited"));
  process.exit(3);
}

/** Holds a connection until it is told. */
export function holdConnection(place: Place, until: () => void): void {
  const conn = engineOf(place).connect();
  try {
    conn.execute(sql`select pg_backend_pid()`);
    until();
  } finally {
    conn.close();
  }
}

/** Works in a transaction while something happens, and commits. */
export function workWhile(place: Place, word: string, happen: () => void): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, word));
    happen();
    conn.execute(insert(place, `${word} and later`));
  });
}

/** A few statements, at any of which it may be aborted. */
export function errand(place: Place, word: string): void {
  engineOf(place).begin((conn) => {
    conn.execute(insert(place, `${word} a`));
    conn.begin(() => conn.execute(sql`select pg_sleep(0.003)`));
    conn.execute(insert(place, `${word} b`));
    conn.execute(sql`select pg_sleep(0.003)`);
  });
}

export function dispose(place: Place): void {
  engineOf(place).dispose();
}
