import process from "node:process";
import {
  type Connection,
  type CopyItem,
  createEngine,
  type EngineOptions,
  sql,
} from "../../../src/postgres/mod.ts";

export const ways = ["stream", "stream in a transaction", "executeMany", "copyFrom", "copyTo"] as const;
export type Way = (typeof ways)[number];

export interface Place {
  readonly url: string;
  readonly options: EngineOptions;
}

/** Does something long on a connection, and `midway` in the middle of it. */
function begin(conn: Connection, way: Way, midway: () => void): void {
  const many = sql`select i, repeat('x', 100) from generate_series(1, 1000000) i`;
  const noRow = sql`select 1 where false`;
  switch (way) {
    case "stream":
      for (const { i } of conn.stream<{ i: number }>(many, { batch: 100 })) if (i === 250) midway();
      return;
    case "stream in a transaction":
      conn.begin(() => begin(conn, "stream", midway));
      return;
    case "executeMany":
      conn.executeMany((i) => {
        if (i === 2500) midway();
        return noRow;
      }, upTo(5000));
      return;
    case "copyFrom":
      conn.execute(sql`create temporary table if not exists taken (id int, data text)`);
      conn.copyFrom(sql`copy taken from stdin`, source(midway));
      return;
    case "copyTo": {
      let chunks = 0;
      for (const _ of conn.copyTo(sql`copy (${many}) to stdout`)) if (++chunks === 3) midway();
    }
  }
}

function* upTo(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}

function* source(midway: () => void): Generator<CopyItem> {
  for (const i of upTo(200_000)) {
    if (i === 50_000) midway();
    yield [i, "x".repeat(100)];
  }
}

/** What is thrown when the server ends the connection in the middle, and that the pool's only place is free again. */
export function lose({ url, options }: Place, way: Way): string[] {
  const engine = createEngine(url, options);
  const other = createEngine(url);
  const said: string[] = [];
  try {
    using conn = engine.connect();
    const pid = conn.execute(sql`select pg_backend_pid()`).scalar();
    begin(conn, way, () => {
      other.begin((killer) => killer.execute(sql`select pg_terminate_backend(${pid}::int)`));
    });
  } catch (error) {
    said.push((error as Error).name);
  }
  said.push(engine.begin((conn) => String(conn.execute(sql`select 'again'`).scalar())));
  engine.dispose();
  other.dispose();
  return said;
}

/** Ends its thread in the middle. */
export function die({ url, options }: Place, way: Way): void {
  begin(createEngine(url, options).connect(), way, () => process.exit(3));
}

/** The same, on a connection of the loop's. */
export function dieWith(conn: Connection, way: Way): void {
  begin(conn, way, () => process.exit(3));
}

/** Begins to read, and leaves it at that. */
export function abandonWith(conn: Connection): unknown {
  return conn.stream(sql`select generate_series(1, 1000)`, { batch: 10 }).next().done;
}

/** Whether the pool's only place is free. */
export function liveOn({ url, options }: Place): unknown {
  const engine = createEngine(url, options);
  try {
    return engine.begin((conn) => conn.execute(sql`select 'alive'`).scalar());
  } finally {
    engine.dispose();
  }
}
