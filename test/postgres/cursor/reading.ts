import { createEngine, sql } from "../../../src/postgres/mod.ts";

const numbers = (count: number) =>
  sql`select i, ${"x"} || i as name from generate_series(1, ${count}::int) i`;

const ourCursors = sql`select count(*)::int from pg_cursors where name like 'awaitlet%'`;

interface Numbered {
  i: number;
  name: string;
}

/** All rows of so many, and the last of them, by batches of such a size; in a transaction or outside one. */
export function all(url: string, count: number, batch: number, inTransaction: boolean): unknown {
  const read = (conn: ReturnType<ReturnType<typeof createEngine>["connect"]>) => {
    let sum = 0;
    let last: Numbered | undefined;
    for (const row of conn.stream<Numbered>(numbers(count), { batch })) {
      sum += row.i;
      last = row;
    }
    // The connection serves again.
    return [sum, last, conn.execute(sql`select 'again'`).scalar()];
  };
  const engine = createEngine(url);
  if (inTransaction) return engine.begin(read);
  using conn = engine.connect();
  return read(conn);
}

/** What is open on the server's side of the connection, when a loop was left in such a way. */
export function leave(url: string, by: "break" | "throw" | "return", inTransaction: boolean): unknown {
  const engine = createEngine(url);
  using conn = engine.connect();
  const transaction = inTransaction ? conn.begin() : undefined;
  const read = () => {
    for (const { i } of conn.stream<Numbered>(numbers(1e6), { batch: 10 })) {
      if (i < 15) continue;
      if (by === "break") break;
      if (by === "throw") throw new RangeError("enough");
      return;
    }
  };
  let said: string | undefined;
  try {
    read();
  } catch (error) {
    said = (error as Error).message;
  }
  const cursors = conn.execute(ourCursors).scalar();
  const [before, after] = [1, 2].map(() => conn.execute(sql`select txid_current()::text`).scalar());
  const isOpen = before === after;
  transaction?.commit();
  return { said, cursors, isOpen };
}

/** Other statements, and other streams, while one is read in a transaction. */
export function interleave(url: string): unknown {
  return createEngine(url).begin((conn) => {
    const found: unknown[] = [];
    conn.execute(sql`create temporary table seen (i int) on commit drop`);
    for (const { i } of conn.stream<Numbered>(numbers(5), { batch: 2 })) {
      conn.execute(sql`insert into seen values (${i})`);
      for (const inner of conn.stream<Numbered>(numbers(i), { batch: 2 })) found.push(inner.i);
    }
    return [found, conn.execute(sql`select array_agg(i) from seen`).scalar()];
  });
}

/** What is refused while a stream is read outside a transaction, and works after it. */
export function occupied(url: string): string[] {
  using conn = createEngine(url).connect();
  const said: string[] = [];
  const attempt = (fn: () => unknown) => {
    try {
      fn();
      said.push("done");
    } catch (error) {
      said.push((error as Error).message);
    }
  };
  for (const _ of conn.stream(numbers(3), { batch: 1 })) {
    attempt(() => conn.execute(sql`select 1`));
    attempt(() => conn.begin());
    attempt(() => [...conn.stream(numbers(1))]);
    break;
  }
  attempt(() => conn.execute(sql`select 1`));
  return said;
}

/** What the query itself did is there when the loop was left. */
export function effects(url: string, sequence: string): unknown {
  using conn = createEngine(url).connect();
  conn.execute(sql`create temporary sequence ${sql.id(sequence)}`);
  for (const _ of conn.stream(sql`select nextval(${sequence}) from generate_series(1, 5)`, { batch: 2 }))
    break;
  return conn.execute(sql`select nextval(${sequence})::int > 2`).scalar();
}

/** What comes of queries that fail: at once, at a row, and because they are none for a cursor. */
export function failing(url: string): unknown[] {
  using conn = createEngine(url).connect();
  const found: unknown[] = [];
  const queries = [
    sql`select no_such_column from pg_class`,
    sql`select 1 / (${25}::int - i) as q from generate_series(1, 100) i`,
    sql`create temporary table nothing ()`,
  ];
  for (const query of queries) {
    let count = 0;
    try {
      for (const _ of conn.stream(query, { batch: 10 })) count += 1;
    } catch (error) {
      const { name, code } = error as { name: string; code: string };
      found.push([name, code, count]);
    }
    found.push(conn.execute(sql`select 'again'`).scalar());
  }
  return found;
}

/** A transaction that ends while a stream of it is read; and one that is begun after it. */
export function endWithin(url: string): unknown[] {
  using conn = createEngine(url).connect();
  const found: unknown[] = [];
  conn.begin();
  try {
    for (const { i } of conn.stream<Numbered>(numbers(100), { batch: 2 })) {
      if (i === 1) conn.rollback();
      if (i === 2) conn.begin();
      found.push(i);
    }
  } catch (error) {
    found.push((error as Error).message);
  }
  // The later transaction has not come to harm.
  found.push(conn.execute(sql`select 'well'`).scalar());
  conn.commit();
  return found;
}

/** A stream that is abandoned, with its connection. */
export function abandon(url: string): unknown {
  const engine = createEngine(url, { poolSize: 1 });
  const conn = engine.connect();
  conn.stream(numbers(100), { batch: 10 }).next();
  conn.close();
  const again = engine.begin((next) => next.execute(ourCursors).scalar());
  engine.dispose();
  return again;
}

/** A loop over rows that come slowly; it is to be cancelled. */
export function slow(url: string): void {
  using conn = createEngine(url).connect();
  const rows = conn.stream(
    sql`select pg_sleep(case when i > 3 then 60 else 0 end) from generate_series(1, 9) i`,
    {
      batch: 1,
    },
  );
  for (const _ of rows);
}

export function misuse(url: string): string[] {
  using conn = createEngine(url).connect();
  return [0, 1.5, Number.NaN].map((batch) => {
    try {
      conn.stream(numbers(1), { batch });
      return "done";
    } catch (error) {
      return `${(error as Error).name} ${(error as Error).message}`;
    }
  });
}
