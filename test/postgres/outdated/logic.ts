import { createEngine, type Engine, type Query, sql } from "../../../src/postgres/mod.ts";

/** How a statement is run. */
export type Way = "execute" | "many" | "transaction" | "savepoint" | "late";

/** What a value stored by a statement became, as text; or what it was refused with. */
export type Stored = string | null;

function run(engine: Engine, way: Way, query: Query): void {
  using conn = engine.connect();
  if (way === "execute") conn.execute(query);
  else if (way === "many") conn.executeMany(() => query, [1]);
  else if (way === "transaction") conn.begin(() => conn.execute(query));
  else {
    conn.begin(() => {
      // So that the transaction cannot begin anew.
      conn.execute(sql`select 1`);
      if (way === "late") conn.execute(query);
      else conn.begin(() => conn.execute(query));
    });
  }
}

const engines = new Map<string, Engine>();

/** An engine that stays between the tasks: its one connection keeps its statements. */
function engineOf(url: string, options: object = {}): Engine {
  const key = JSON.stringify([url, options]);
  let engine = engines.get(key);
  if (engine === undefined) {
    engine = createEngine(url, { poolSize: 1, applicationName: "outdated", ...options });
    engines.set(key, engine);
  }
  return engine;
}

function insertOf(table: string, value: unknown): Query {
  return sql`insert into ${sql.id(table)} (value) values (${value})`;
}

/** Stores a value, by an engine that stays. */
export function store(url: string, table: string, way: Way, value: unknown, options: object = {}): void {
  run(engineOf(url, options), way, insertOf(table, value));
}

/** Stores a value where the session has been changed before, and tells what it became, by the engine that stays. */
export function storedAfter(url: string, changes: readonly string[], table: string, value: unknown): Stored {
  using conn = engineOf(url).connect();
  for (const text of changes) conn.execute(sql.raw(text));
  conn.execute(insertOf(table, value));
  return conn
    .execute(sql`select value::text from ${sql.id(table)} order by id desc limit 1`)
    .scalars<Stored>()
    .one();
}

/** Stores a value, and tells what it became, by the engine that stays; or by a new one. */
export function stored(
  url: string,
  table: string,
  way: Way,
  value: unknown,
  isNew: boolean,
  options: object = {},
): Stored {
  const engine = isNew
    ? createEngine(url, { poolSize: 1, applicationName: "new", ...options })
    : engineOf(url, options);
  try {
    run(engine, way, insertOf(table, value));
    using conn = engine.connect();
    return conn
      .execute(sql`select value::text from ${sql.id(table)} order by id desc limit 1`)
      .scalars<Stored>()
      .one();
  } catch (error) {
    const { name, message } = error as Error;
    return `${name}: ${message.replace("run the statement of row 0: ", "")}`.split("\n", 1)[0] as string;
  } finally {
    if (isNew) engine.dispose();
  }
}

/** Runs SQL on the very connection. */
export function runOn(url: string, text: string): void {
  using conn = engineOf(url).connect();
  conn.execute(sql.raw(text));
}

/** What is in the tenants' tables, and stored there, when the path is another for one transaction. */
export function localPath(url: string): unknown {
  using conn = engineOf(url).connect();
  const read = (value: unknown) => {
    conn.execute(sql`insert into note (value) values (${value})`);
    return conn.execute(sql`select value::text from note order by id`).scalars().all();
  };
  conn.execute(sql`set search_path to one`);
  conn.execute(sql`delete from note where id > 1`);
  const before = read(7);
  const within = conn.begin(() => {
    conn.execute(sql`set local search_path to three`);
    conn.execute(sql`delete from note where id > 1`);
    return read(new Date("2024-02-29T12:34:56.789Z"));
  });
  return [before, within, read(8)];
}

/** Everything that keeps statements, on the connection that stays. */
export function read(url: string, table: string): unknown {
  using conn = engineOf(url).connect();
  const name = sql.id(table);
  const all = sql`select * from ${name} where ${true} order by 1`;
  const rows = conn.execute(all).all();
  const streamed = [...conn.stream(all, { batch: 1 })];
  const inTransaction = conn.begin(() => [...conn.stream(all, { batch: 2 })]);
  const copied = [...conn.copyTo(sql`copy (select * from ${name} order by 1) to stdout`).rows()];
  const counted = conn.executeMany((n) => sql`select ${n}::int from ${name}`, [1]);
  return { rows, streamed, inTransaction, copied, counted };
}

export function dispose(): void {
  for (const engine of engines.values()) engine.dispose();
  engines.clear();
}
