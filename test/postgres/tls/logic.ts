import { createEngine, type EngineOptions, sql } from "../../../src/postgres/mod.ts";

/** Whether the connection is encrypted, and whether much goes through it unharmed; or why there is none. */
export function connects(url: string, ssl: EngineOptions["ssl"]): unknown {
  const engine = createEngine(url, { poolSize: 1, ...(ssl === undefined ? {} : { ssl }) });
  try {
    return engine.begin((conn) => {
      const text = "é".repeat(100_000);
      const isSame = conn.execute(sql`select ${text}::text`).scalar() === text;
      const rows = conn.execute(sql`select repeat('x', 100) from generate_series(1, 5000)`).all().length;
      return [
        conn.execute(sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`).scalar(),
        isSame,
        rows,
      ];
    });
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  } finally {
    engine.dispose();
  }
}

export function sleep(url: string): void {
  const engine = createEngine(url, { poolSize: 1, ssl: "require" });
  try {
    engine.begin((conn) => conn.execute(sql`select pg_sleep(60)`));
  } finally {
    engine.dispose();
  }
}
