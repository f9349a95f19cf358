import { createEngine, type Engine, type EngineOptions, sql } from "../../../src/postgres/mod.ts";

/** The embedded server has one session: a pool of one connection takes turns with it. */
export interface Place {
  readonly url: string;
  readonly options: EngineOptions;
}

const engineOf = ({ url, options }: Place): Engine => createEngine(url, options);

/** Rows of many types, in and out again, in every way that it has. */
export function readAll(place: Place): unknown {
  return engineOf(place).begin((conn) => {
    conn.execute(
      sql`create temporary table thing (id bigint primary key, price numeric, tags text[], at timestamptz)`,
    );
    const ids = Array.from({ length: 250 }, (_, i) => i);
    const at = new Date("2024-02-29T12:34:56.789Z");
    const told = conn.executeMany(
      (id) => sql`insert into thing values (${id}, ${`${id}.50`}, ${["a", null]}, ${at})`,
      ids,
    );
    const query = sql`select * from thing order by id`;
    const streamed = [...conn.stream(query, { batch: 100 })];
    const all = conn.execute(query).all();
    return {
      told,
      count: all.length,
      last: all.at(-1),
      isSame: JSON.stringify(streamed) === JSON.stringify(all),
    };
  });
}

/** What is left of nested transactions of which some are rolled back. */
export function nest(place: Place): unknown[] {
  const engine = engineOf(place);
  engine.begin((conn) => conn.execute(sql`create table step (word text)`));
  const step = (word: string) => sql`insert into step values (${word})`;
  engine.begin((conn) => {
    conn.execute(step("kept"));
    using savepoint = conn.begin();
    conn.execute(step("rolled back"));
    savepoint.rollback();
    conn.begin(() => conn.execute(step("released")));
  });
  try {
    engine.begin((conn) => {
      conn.execute(step("never"));
      throw new Error("no");
    });
  } catch {
    // That is what was to be seen.
  }
  return engine.begin((conn) => conn.execute(sql`select word from step`).scalars().all(), { readOnly: true });
}

/** Adds to what stands there, as one of several tasks that do. */
export function add(place: Place, amount: number): void {
  engineOf(place).begin(
    (conn) => {
      const before = conn.execute(sql`select amount from account`).scalar<number>() ?? 0;
      conn.execute(sql`update account set amount = ${before + amount}`);
    },
    { isolation: "serializable" },
  );
}

export function openAccount(place: Place): void {
  engineOf(place).begin((conn) => conn.execute(sql`create table account as select 0 as amount`));
}

export function balance(place: Place): unknown {
  return engineOf(place).begin((conn) => conn.execute(sql`select amount from account`).scalar());
}

/** The event loop's thread is at it all the time, but between two statements. */
export function sleep(place: Place, seconds: number): void {
  engineOf(place).begin((conn) => {
    conn.execute(sql`update account set amount = 0`);
    for (let i = 0; i < 20; i++) conn.execute(sql`select pg_sleep(${seconds / 20})`);
  });
}
