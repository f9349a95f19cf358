import { type Connection, createEngine, type EngineOptions, sql } from "../../../src/postgres/mod.ts";

/** What every function here is given. */
export interface Place {
  readonly url: string;
  readonly options: EngineOptions;
}

const engineOf = ({ url, options }: Place) => createEngine(url, options);
const pid = sql`select pg_backend_pid()`;

/** One statement by itself, which fails for some of the numbers. */
export function divide(place: Place, number: number): unknown {
  return engineOf(place).scalar(sql`select 100 / ${number}::int`);
}

/** The same on a connection. */
export function divideOn(place: Place, number: number): unknown {
  using conn = engineOf(place).connect();
  return conn.execute(sql`select 100 / ${number}::int`).scalar();
}

/** Takes a connection, runs nothing on it, begins what is never used, and gives both back. */
export function useNothing(place: Place): string {
  const conn = engineOf(place).connect();
  conn.close();
  return engineOf(place).begin(() => "nothing");
}

/** What single statements are good for: reads, writes, and what they see of each other. */
export function singles(place: Place, table: string): unknown {
  const engine = engineOf(place);
  const name = sql.id(table);
  engine.execute(sql`create table ${name} (id integer, data text)`);
  const added = engine.execute(sql`insert into ${name} values (1, 'a'), (2, ${"b"})`).rowCount;
  const ids = engine.scalars<number>(sql`select id from ${name} order by id`).all();
  const none = engine.scalar(sql`select id from ${name} where id = ${3}`);
  const row = engine.execute<{ data: string }>(sql`select data from ${name} where id = ${2}`).one();
  engine.execute(sql`drop table ${name}`);
  return { added, ids, none, row };
}

const changes = [
  sql`set search_path to nowhere`,
  sql`select set_config('application_name', 'changed', false)`,
  sql`create temporary table leaked (id integer)`,
  sql`select pg_advisory_lock(4711)`,
  sql`declare left_open cursor with hold for select 1`,
  sql`listen leaked`,
  sql`set session characteristics as transaction read only`,
];

const seen = sql`select current_setting('search_path') as path,
  current_setting('default_transaction_read_only') as read_only,
  current_setting('application_name') as name,
  to_regclass('pg_temp.leaked')::text as leaked,
  (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and objid = 4711) as locks,
  (select count(*)::int from pg_cursors where name = 'left_open') as cursors,
  (select count(*)::int from pg_listening_channels()) as channels,
  pg_backend_pid() as pid`;

/** What the next one sees of a session that somebody has changed: by a connection, in a transaction, or by one statement. */
export function leaks(place: Place, way: "connection" | "transaction" | "single"): unknown[] {
  const engine = engineOf(place);
  const before = engine.execute(seen).one();
  const change = (conn: Connection) => {
    for (const query of changes) conn.execute(query);
  };
  if (way === "transaction") {
    engine.begin(change);
  } else if (way === "connection") {
    using conn = engine.connect();
    change(conn);
  } else for (const query of changes) engine.execute(query);
  return [before, engine.execute(seen).one()];
}

/** What a connection has set stays with it, and a statement that only reads sees it. */
export function keeps(place: Place): unknown {
  using conn = engineOf(place).connect();
  conn.execute(sql`select 1`);
  conn.execute(sql`create temporary table mine (id integer)`);
  conn.execute(sql`insert into mine values (42)`);
  return conn.execute(sql`select id from mine`).scalar();
}

/** A prepared statement of the caller's own: the next one may give its own the same name. */
export function prepares(place: Place): unknown {
  const engine = engineOf(place);
  for (let i = 0; i < 2; i++) {
    using conn = engine.connect();
    conn.execute(sql`prepare mine as select 1`);
  }
  return "prepared twice";
}

/** The server's processes of connections that follow each other in one task. */
export function oneAfterTheOther(place: Place): unknown[] {
  const engine = engineOf(place);
  const pids: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    using conn = engine.connect();
    pids.push(conn.execute(pid).scalar());
  }
  pids.push(engine.scalar(pid));
  return pids;
}

/** Leaves its connection, and the transaction on it, open. */
export function leave(place: Place): unknown {
  const conn = engineOf(place).connect();
  conn.begin();
  return conn.execute(pid).scalar();
}

/** Has a connection, closes it, and goes on with something else than the database. */
export function closeAndWait(place: Place, wait: () => void): unknown {
  const conn = engineOf(place).connect();
  const number = conn.execute(pid).scalar();
  conn.close();
  wait();
  return number;
}

/** Has a connection that locks something, goes on with it, closes it, and then waits. */
export function lockCloseAndWait(place: Place, wait: () => void): void {
  const conn = engineOf(place).connect();
  conn.execute(sql`select pg_backend_pid()`);
  conn.advisoryLock(4712);
  conn.execute(sql`select pg_backend_pid()`);
  conn.close();
  wait();
}

export function pidOf(place: Place): unknown {
  return engineOf(place).scalar(pid);
}

/** Locks a table while something happens, and then reads another one by a single statement. */
export function lockAndRead(place: Place, table: string, happen: () => void): unknown {
  const engine = engineOf(place);
  return engine.begin((conn) => {
    conn.execute(sql`lock table ${sql.id(table)} in access exclusive mode`);
    happen();
    return [1, 2, 3, 4, 5].map((number) => engine.scalar(sql`select ${number}::int`));
  });
}

/** Reads a table by a single statement. */
export function read(place: Place, table: string): unknown {
  return engineOf(place)
    .scalars(sql`select 'read', id from ${sql.id(table)}`)
    .all();
}

export function createTable(place: Place, table: string): void {
  engineOf(place).execute(sql`create table ${sql.id(table)} (id integer)`);
}

export function dropTable(place: Place, table: string): void {
  engineOf(place).execute(sql`drop table ${sql.id(table)}`);
}

export function dispose(place: Place): void {
  engineOf(place).dispose();
}
