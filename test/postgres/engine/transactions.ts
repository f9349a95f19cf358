import type { EngineOptions } from "../../../src/postgres/mod.ts";
import { type Connection, createEngine, sql } from "../../../src/postgres/mod.ts";

/** What every function here is given. */
export interface TestTable {
  readonly url: string;
  readonly table: string;
  readonly options?: EngineOptions;
}

const engineOf = ({ url, options }: TestTable) => createEngine(url, options);

export function setUp(place: TestTable): void {
  engineOf(place).begin((conn) => {
    conn.execute(sql`create table ${sql.id(place.table)} (id integer primary key, data text)`);
  });
}

function add(conn: Connection, { table }: TestTable, id: number): number {
  return conn.execute(sql`insert into ${sql.id(table)} values (${id}, ${`a${id}`})`).rowCount;
}

export function ids(place: TestTable): unknown[] {
  const query = sql`select id from ${sql.id(place.table)} order by id`;
  return engineOf(place).begin((conn) => conn.execute(query).scalars().all());
}

export function addInTransaction(place: TestTable, id: number): number {
  return engineOf(place).begin((conn) => add(conn, place, id));
}

class Refused extends Error {
  readonly keep: () => string = () => "what cannot cross is kept";
}

/** Whether the very error comes out that was thrown inside. */
export function throwInTransaction(place: TestTable, id: number): boolean {
  const error = new Refused("no");
  try {
    engineOf(place).begin((conn) => {
      add(conn, place, id);
      throw error;
    });
  } catch (caught) {
    return caught === error;
  }
  return false;
}

/** Values need not be able to cross. */
export function giveBackFunction(place: TestTable): number {
  return engineOf(place).begin(() => () => 42)();
}

/** The server processes that served a number of transactions, half of which fail. */
export function manyTransactions(place: TestTable, count: number): unknown[] {
  const pids = new Set<unknown>();
  for (let i = 0; i < count; i++) {
    try {
      engineOf(place).begin((conn) => {
        pids.add(conn.execute(sql`select pg_backend_pid()`).scalar());
        if (i % 2 === 1) throw new Refused("no");
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
    }
  }
  return [...pids];
}

export function swallowFailure(place: TestTable, id: number): void {
  engineOf(place).begin((conn) => {
    add(conn, place, id);
    try {
      conn.execute(sql`select 1 / 0`);
    } catch {
      // The transaction has failed all the same.
    }
  });
}

export function byHand(place: TestTable): void {
  const conn = engineOf(place).connect();
  try {
    conn.begin();
    add(conn, place, 10);
    conn.commit();
    conn.begin();
    add(conn, place, 11);
    conn.rollback();
    add(conn, place, 12);
    conn.rollback();
    conn.begin();
    add(conn, place, 13);
    // Given back without a word: rolled back.
  } finally {
    conn.close();
    conn.close();
  }
}

/** A transaction that was begun behind the connection's back is rolled back too. */
export function byText(place: TestTable): void {
  const conn = engineOf(place).connect();
  conn.execute(sql`begin`);
  add(conn, place, 14);
  conn[Symbol.dispose]();
}

export function misuse(place: TestTable): string[] {
  const engine = engineOf(place);
  const conn = engine.connect();
  const said: string[] = [];
  const attempt = (fn: () => unknown) => {
    try {
      fn();
    } catch (error) {
      said.push((error as Error).message);
    }
  };
  attempt(() => conn.commit());
  const transaction = conn.begin();
  transaction.rollback();
  attempt(() => transaction.commit());
  transaction.rollback();
  conn.begin();
  attempt(() => conn.begin({ readOnly: true }));
  attempt(() => conn.begin({ isolation: "chaos; drop table a" as never }));
  conn.rollback();
  attempt(() => conn.begin({ isolation: "chaos; drop table a" as never }));
  attempt(() => conn.execute("select 1" as never));
  attempt(() => conn.execute(sql`select ${sql.raw("1; select 2")}`));
  conn.close();
  attempt(() => conn.execute(sql`select 1`));
  let kept: Connection | undefined;
  engine.begin((inside) => {
    kept = inside;
  });
  attempt(() => kept?.execute(sql`select 1`));
  return said;
}

export function dispose(place: TestTable): void {
  engineOf(place).dispose();
}
