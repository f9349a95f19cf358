import { z } from "../../../demo/deps.ts";
import {
  type Connection,
  createEngine,
  type Engine,
  type EngineOptions,
  MultipleResultsFound,
  NoResultFound,
  sql,
} from "../../../src/postgres/mod.ts";

/** The name and the message of what `fn` throws. */
export function thrown(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "nothing";
}

const numbers = (count: number) => sql`select i, i * 10 as ten from generate_series(1, ${count}::int) i`;

/** What the methods of a result give for none, one and two rows. */
export function oneRow(url: string): unknown[] {
  return createEngine(url).begin((conn) =>
    [0, 1, 2].map((count) => {
      const result = conn.execute(numbers(count));
      const scalars = result.scalars();
      return [
        thrown(() => result.one()).split(":")[0],
        thrown(() => result.oneOrNone()).split(":")[0],
        thrown(() => scalars.one()).split(":")[0],
        thrown(() => scalars.oneOrNone()).split(":")[0],
        count === 1 && [result.one(), result.oneOrNone(), scalars.one(), scalars.oneOrNone()],
        count === 0 && [result.oneOrNone(), scalars.oneOrNone()],
      ];
    }),
  );
}

/** They are classes of ours on this side, too. */
export function classes(url: string): boolean[] {
  return createEngine(url).begin((conn) => {
    const caught = (count: number) => {
      try {
        return conn.execute(numbers(count)).one();
      } catch (error) {
        return error;
      }
    };
    return [caught(0) instanceof NoResultFound, caught(2) instanceof MultipleResultsFound];
  });
}

const Person = z.object({
  name: z.string(),
  age: z.number().min(0),
  born: z.date().transform((date) => date.getUTCFullYear()),
});

const people = sql`select * from (values ('ann', 30, timestamp '1994-05-06'), ('bob', 0, null), ('cy', -1, '2000-01-01'))
  as person (name, age, born)`;

/** Rows as a schema leaves them, and what it says of those that do not fit. */
export function checked(url: string): unknown {
  return createEngine(url).begin((conn) => {
    const result = conn.execute(sql`${people} limit 1`, Person);
    const year: number = result.one().born;
    const all = conn.execute(people, Person);
    const lax = z.object({ name: z.string() });
    return {
      one: result.one(),
      year,
      scalars: result.scalars().all(),
      names: conn.execute(people, lax).all(),
      first: all.first(),
      bob: thrown(() => all.all()),
      iterated: thrown(() => [...all]),
      cy: thrown(() => conn.execute(sql`${people} offset 2`, Person).first()),
      streamed: thrown(() => [
        ...conn.stream(people, { batch: 1, schema: Person.extend({ born: z.any() }) }),
      ]),
      typed: [...conn.stream(people, { schema: lax })].map((row) => row.name.toUpperCase()),
      async: thrown(() =>
        conn.execute(people, z.object({ name: z.string().refine(async () => true) })).first(),
      ),
      whole: thrown(() => conn.execute(people, z.never()).first()),
    };
  });
}

function count(conn: Connection, table: string): number | undefined {
  return conn.execute(sql`select count(*)::int from ${sql.id(table)}`).scalar<number>();
}

/** What options that there are not are refused with; the connection goes on. */
export function misspelt(url: string): unknown[] {
  const engine = createEngine(url);
  using conn = engine.connect();
  const option = (name: string, value: unknown): object => ({ [name]: value });
  return [
    thrown(() => engine.begin(() => undefined, option("readonly", true))),
    thrown(() => conn.begin(option("readonly", true))),
    thrown(() => [...conn.stream(sql`select 1`, option("batchSize", 5))]),
    thrown(() => engine.listen("misspelt", option("timout", 5))),
    thrown(() => conn.advisoryLock(1, option("share", true))),
    conn.execute(sql`select 1`).scalar(),
  ];
}

/** Rows of which two columns have one name, in every way that they are read. */
export function sharedNames(url: string): unknown[] {
  return createEngine(url).begin((conn) => {
    const query = sql`select 'left' as label, 'right' as label`;
    const result = conn.execute(query);
    return [
      thrown(() => result.all()),
      thrown(() => [...conn.stream(query)]),
      result.scalar(),
      result.scalars().all(),
      conn.execute(sql`select 1 as a, 2 as "A"`).one().a,
    ];
  });
}

/** Transactions and savepoints, by function and by hand: which rows are there after each step. */
export function nested(url: string, table: string): unknown[] {
  const seen: unknown[] = [];
  const engine = createEngine(url);
  const conn = engine.connect();
  const add = (id: number) => conn.execute(sql`insert into ${sql.id(table)} values (${id})`);
  const ids = () =>
    conn
      .execute(sql`select id from ${sql.id(table)} order by id`)
      .scalars()
      .all();
  const value = conn.begin(() => {
    add(1);
    thrown(() =>
      conn.begin(() => {
        add(2);
        conn.begin(() => add(3));
        throw new Error("undo 2 and 3");
      }),
    );
    conn.begin(() => add(4));
    // A statement that fails within a savepoint fails no more than that.
    seen.push(thrown(() => conn.begin(() => add(1))).split(":")[0]);
    seen.push(thrown(() => conn.begin(() => void thrown(() => add(1)))));
    add(5);
    return "value";
  });
  seen.push(value, ids());
  const outer = conn.begin();
  add(6);
  const inner = conn.begin();
  add(7);
  inner.rollback();
  const again = conn.begin();
  add(8);
  again.commit();
  outer.commit();
  seen.push(ids());
  // What is open in one that ends, ends with it.
  const first = conn.begin();
  const second = conn.begin();
  add(9);
  first.rollback();
  seen.push(thrown(() => second.commit()));
  second.rollback();
  seen.push(ids());
  const disposed = conn.begin();
  add(10);
  disposed[Symbol.dispose]();
  const kept = conn.begin();
  add(11);
  kept.commit();
  kept[Symbol.dispose]();
  seen.push(ids());
  conn.close();
  return seen;
}

/** How a transaction runs. */
export function modes(url: string, table: string): unknown[] {
  const engine = createEngine(url);
  const show = (conn: Connection) =>
    conn
      .execute(
        sql`select current_setting('transaction_isolation') as isolation,
          current_setting('transaction_read_only') as read_only,
          current_setting('transaction_deferrable') as deferrable`,
      )
      .one();
  return [
    engine.begin(show),
    engine.begin(show, { isolation: "serializable", readOnly: true, deferrable: true }),
    engine.begin(show, { isolation: "repeatable read" }),
    thrown(() =>
      engine.begin((conn) => conn.execute(sql`insert into ${sql.id(table)} values (-1)`), { readOnly: true }),
    ),
    // The next one on the same connection is as ever.
    engine.begin(show),
    engine.begin((conn) => count(conn, table)),
  ];
}

/** What is shown of what is sent. */
export function echoed(url: string): unknown[] {
  const shown: unknown[] = [];
  const options: EngineOptions = {
    echo: (text, values) => shown.push([text, ...values]),
    applicationName: "echoing",
  };
  const engine = createEngine(url, options);
  engine.begin((conn) => {
    conn.execute(
      sql`select ${1}::int, ${"a"}::text, ${new Uint8Array(3)}::bytea, ${2n}::int8, ${null}::int, ${"x".repeat(300)}::text`,
    );
    thrown(() =>
      conn.begin(() => {
        throw new Error("no");
      }),
    );
    shown.push(conn.execute(sql`show application_name`).scalar());
  });
  thrown(() =>
    engine.begin(
      (conn) => {
        conn.begin();
        throw new Error("no");
      },
      { readOnly: true },
    ),
  );
  engine.dispose();
  return shown;
}

/** What goes with the statements that the server keeps. */
export function statements(url: string, table: string): unknown[] {
  const engine = createEngine(url, { poolSize: 1 });
  const name = sql.id(table);
  const conn = engine.connect();
  const all = sql`select * from ${name}`;
  const seen: unknown[] = [];
  conn.execute(sql`create table ${name} (a int)`);
  conn.execute(sql`insert into ${name} values (1)`);
  seen.push(conn.execute(all).all());
  conn.execute(sql`alter table ${name} add b text default 'b'`);
  seen.push(conn.execute(all).all());
  conn.execute(sql`alter table ${name} drop a`);
  seen.push(conn.begin(() => conn.execute(all).all()));
  conn.execute(sql`deallocate all`);
  seen.push(conn.execute(all).all());
  // More than are kept.
  let sum = 0;
  for (let i = 0; i < 700; i++)
    sum += conn.execute<{ n: number }>(sql`select ${sql.raw(String(i))} as n`).one().n;
  seen.push(sum, conn.execute(sql`select count(*)::int <= 502 from pg_prepared_statements`).scalar());
  seen.push(thrown(() => conn.execute(sql`copy ${name} from stdin`)));
  seen.push(thrown(() => conn.execute(sql`copy ${name} to stdout`)));
  seen.push(thrown(() => conn.execute(sql`select 1; select 2`)));
  seen.push(thrown(() => conn.execute(sql`select ${sql.raw("$1")}::int`)).replace(/"\w+"/, "…"));
  const many = sql.join(Array.from({ length: 65_536 }, (_, i) => sql`${i}`));
  seen.push(thrown(() => conn.execute(sql`select ${many}`)));
  seen.push(conn.execute(sql``).all(), conn.execute(sql`show server_encoding`).rowCount);
  conn.execute(sql`drop table ${name}`);
  conn.close();
  engine.dispose();
  return seen;
}

/** An engine and a connection as arguments. */
export function withEngine(engine: Engine, word: string): unknown {
  return engine.begin((conn) => conn.execute(sql`select ${word}::text`).scalar());
}

export function withConnection(conn: Connection, table: string, id: number): number {
  conn.execute(sql`insert into ${sql.id(table)} values (${id})`);
  return conn.begin(() => count(conn, table) ?? 0);
}

export function failWithConnection(conn: Connection, table: string): void {
  withConnection(conn, table, 100);
  throw new RangeError("no more");
}

/** Runs a query until it is cancelled, and tells what it did then, on the same connection. */
export function sleepAndGoOn(url: string, table: string): void {
  const engine = createEngine(url, { poolSize: 1, applicationName: table });
  const conn = engine.connect();
  try {
    conn.execute(sql`select pg_sleep(60)`);
  } finally {
    conn.execute(sql`insert into ${sql.id(table)} values (1000)`);
    conn.close();
  }
}

/** Waits in a transaction. */
export function sleepInTransaction(url: string, table: string): void {
  createEngine(url, { poolSize: 1, applicationName: table }).begin((conn) => {
    conn.execute(sql`insert into ${sql.id(table)} values (2000)`);
    conn.execute(sql`select pg_sleep(60)`);
  });
}

/** Whether the one connection of the pool is there at once. */
export function isPoolFree(url: string, table: string): unknown {
  const engine = createEngine(url, { poolSize: 1, applicationName: table });
  using conn = engine.connect();
  return conn
    .execute(sql`select id from ${sql.id(table)} where id >= 1000 order by id`)
    .scalars()
    .all();
}

export function dispose(url: string, table: string): void {
  createEngine(url, { poolSize: 1, applicationName: table }).dispose();
  createEngine(url).dispose();
}
