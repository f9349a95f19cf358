/** Blocking code that uses an engine while it is closed. */

import { awaitlet } from "../../../mod.ts";
import { createEngine, type Engine, type EngineOptions, sql } from "../../../src/postgres/mod.ts";

export function sleeps(engine: Engine, seconds: number): number | undefined {
  return engine.scalar<number>(sql`select 1 from (select pg_sleep(${seconds})) slept`);
}

/** Waits on the server until nobody else has the advisory lock. */
export function waitsForLock(engine: Engine, key: number): number | undefined {
  return engine.scalar<number>(sql`select 1 from (select pg_advisory_xact_lock_shared(${key})) locked`);
}

export function sleepsWriting(engine: Engine, seconds: number): void {
  engine.begin((conn) => conn.execute(sql`select pg_sleep(${seconds})`));
}

/** Two statements of one transaction, the second once `between` is done. */
export function transaction(engine: Engine, between: () => Promise<void>): unknown[] {
  return engine.begin((conn) => {
    const first = conn.execute(sql`select 1`).scalar();
    awaitlet(between());
    return [first, conn.execute(sql`select 2`).scalar()];
  });
}

/** What each use of an engine gives after `meanwhile`, which closes it. */
export function usesAfter(engine: Engine, meanwhile: () => Promise<void>): string[] {
  engine.scalar(sql`select 1`);
  using unmade = engine.connect();
  awaitlet(meanwhile());
  return refusals(engine, () => unmade.execute(sql`select 1`));
}

function refusals(engine: Engine, ...more: (() => unknown)[]): string[] {
  const uses = [
    () => engine.scalar(sql`select 1`),
    () => engine.execute(sql`create temporary table t (a int)`),
    () => engine.begin((conn) => conn.execute(sql`select 1`)),
    () => engine.connect().execute(sql`select 1`),
    () => engine.listen("channel"),
    ...more,
  ];
  return uses.map((use) => {
    try {
      use();
      return "it was done";
    } catch (error) {
      return (error as Error).message;
    }
  });
}

/** Closes an engine of its own, having used it. */
export function closesItsOwn(url: string, options: EngineOptions): string[] {
  const engine = createEngine(url, options);
  engine.execute(sql`create temporary table t (a int)`);
  using conn = engine.connect();
  conn.execute(sql`create temporary table u (a int)`);
  conn.close();
  engine.close();
  engine.close();
  return refusals(engine);
}

/** Another engine of the same settings goes on. */
export function closesOneOfTwo(url: string, options: EngineOptions): unknown {
  const one = createEngine(url, options);
  const other = createEngine(url, options);
  one.execute(sql`select 1`);
  other.execute(sql`select 1`);
  one.close();
  const later = createEngine(url, options);
  const both = [other.scalar(sql`select 2`), later.begin((conn) => conn.execute(sql`select 3`).scalar())];
  other.close();
  later.close();
  return both;
}

/** Its own connection is in use: by force it is closed, without it that is refused. */
export function closesInUse(url: string, options: EngineOptions): string[] {
  const engine = createEngine(url, options);
  using conn = engine.connect();
  conn.execute(sql`create temporary table t (a int)`);
  const said: string[] = [];
  for (const force of [false, true]) {
    try {
      engine.close({ force });
      said.push("closed");
      conn.execute(sql`select 1`);
    } catch (error) {
      said.push((error as Error).message);
    }
  }
  return said;
}

/** How many notifications come until the listening ends. */
export function listens(engine: Engine, heard: () => Promise<void>): number {
  let count = 0;
  for (const _notification of engine.listen(`close_${engine.scalar(sql`select pg_backend_pid()`)}`))
    count += 1;
  awaitlet(heard());
  return count;
}
