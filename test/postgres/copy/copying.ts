import {
  type CopyItem,
  type CopyKind,
  type CopySource,
  createEngine,
  type Query,
  sql,
} from "../../../src/postgres/mod.ts";

export interface Place {
  readonly url: string;
  readonly table: string;
}

const engineOf = ({ url }: Place) => createEngine(url);

export function setUp(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(sql`create table ${sql.id(place.table)} (id integer primary key, data text, more text)`);
  });
}

const copyIn = (table: string, options: string) => sql`copy ${sql.id(table)} from stdin ${sql.raw(options)}`;
const copyOut = (table: string, options: string) =>
  sql`copy (select * from ${sql.id(table)} order by id) to stdout ${sql.raw(options)}`;

/** Rows in, and out again as rows; and what the server itself has of them. */
export function bothWays(
  place: Place,
  options: string,
  rows: readonly unknown[][],
  format: CopyKind = "text",
): unknown {
  using conn = engineOf(place).connect();
  conn.execute(sql`truncate ${sql.id(place.table)}`);
  const told = conn.copyFrom(copyIn(place.table, options), rows, { format });
  const output = conn.copyTo(copyOut(place.table, options), { format });
  const out = [...output.rows()];
  const stored = conn.execute(sql`select id, data, more from ${sql.id(place.table)} order by id`).all();
  return { told, out, stored: stored.map((row) => Object.values(row)), counted: output.rowCount };
}

/** Sources of other kinds. Returns how many rows each gave, and their ids. */
export function sources(place: Place): unknown[] {
  using conn = engineOf(place).connect();
  const bytes = (text: string) => new TextEncoder().encode(text);
  function* mixed(): Generator<CopyItem> {
    yield [1, "a", null];
    yield "2\tb\t\\N\n3\t";
    yield bytes("c\t\\N\n");
  }
  const all: CopySource[] = [
    [],
    "",
    "1\ta\t\\N\n2\tb\t\\N\n",
    bytes("1\ta\t\\N\n2\tb\t\\N"),
    ["1\ta", "\t\\N\n"],
    new Set([[1, "a", null]]),
    mixed(),
    [[1, "x".repeat(3_000_000), "é"]],
    `1\t${"y".repeat(3_000_000)}\t\\N\n`,
  ];
  return all.map((source) => {
    conn.execute(sql`truncate ${sql.id(place.table)}`);
    const told = conn.copyFrom(copyIn(place.table, ""), source);
    return [
      told,
      conn
        .execute(sql`select id from ${sql.id(place.table)}`)
        .scalars()
        .all(),
    ];
  });
}

/** Values as the server understands them, in columns of their types. */
export function values(url: string): unknown {
  using conn = createEngine(url).connect();
  conn.execute(
    sql`create temporary table copied (i int8, f float8, b bool, t timestamptz, d bytea, a int[], s text[], j jsonb, n text)`,
  );
  conn.copyFrom(sql`copy copied from stdin`, [
    [
      2n ** 53n + 1n,
      -0,
      true,
      new Date("2024-02-29T12:34:56.789Z"),
      new Uint8Array([0, 92, 255]),
      [1, null, 3],
      ['a"b', "c\\d", "e,f", "NULL", ""],
      { a: ["\t\n\\"] },
      null,
    ],
  ]);
  return conn
    .execute(
      sql`select i::text, f::text, b::text, extract(epoch from t)::text as t, d::text, a::text, s, j, n from copied`,
    )
    .all();
}

/** Into a table that takes its time, from a source that does so too once the server is behind. Returns how many rows. */
export function slowly(url: string): number {
  using conn = createEngine(url).connect();
  conn.execute(sql`create temporary table slow (id int, data text)`);
  conn.execute(
    sql`create function pg_temp.wait() returns trigger language plpgsql as ${sql.raw(
      "$$ begin if new.id % 100 = 0 then perform pg_sleep(0.015); end if; return new; end $$",
    )}`,
  );
  conn.execute(sql`create trigger wait before insert on slow for each row execute function pg_temp.wait()`);
  // A thousand rows each: more than fits between here and the server, and then a pause in which room is made.
  const piece = `1\t${"x".repeat(1000)}\n`.repeat(999) + `100\t${"x".repeat(1000)}\n`.repeat(10);
  function* source(): Generator<CopyItem> {
    for (let i = 0; i < 9; i++) yield piece;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
    yield piece;
  }
  return conn.copyFrom(sql`copy slow from stdin`, source());
}

/** What each attempt threw, and how many rows are in the table after it. */
export function fails(place: Place, inTransaction: boolean): unknown[] {
  const table = sql.id(place.table);
  function* throwing(): Generator<CopyItem> {
    for (let i = 0; i < 20_000; i++) yield [i, "x", null];
    throw new RangeError("no more");
  }
  function* misfit(): Generator<CopyItem> {
    yield [1, "x", null];
    yield [2, undefined, null];
  }
  function* lateDuplicate(): Generator<CopyItem> {
    for (let i = 0; i < 20_000; i++) yield [i, "x".repeat(100), null];
    yield [0, "again", null];
  }
  function* earlyFault(): Generator<CopyItem> {
    yield "no number\tx\ty\n";
    for (let i = 0; i < 200_000; i++) yield [i, "x", null];
  }
  const attempts: [Query, CopySource][] = [
    [copyIn(place.table, ""), throwing()],
    [copyIn(place.table, ""), misfit()],
    [copyIn(place.table, ""), lateDuplicate()],
    [copyIn(place.table, ""), earlyFault()],
    [copyIn(place.table, ""), [[1, "x"]]],
    [copyIn(place.table, ""), [[1, "a\0b", null]]],
    [sql`copy no_such_table from stdin`, [[1]]],
    [sql`copy ${table} from stdin (no_such_option)`, [[1]]],
  ];
  const engine = engineOf(place);
  using conn = engine.connect();
  return attempts.map(([query, source]) => {
    conn.execute(sql`truncate ${table}`);
    const transaction = inTransaction ? conn.begin() : undefined;
    let said: unknown;
    try {
      conn.copyFrom(query, source);
    } catch (error) {
      const { name, code, message } = error as { name: string; code?: string; message: string };
      said = `${name} ${code ?? message}`;
    }
    transaction?.rollback();
    return [said, conn.execute(sql`select count(*)::int from ${table}`).scalar()];
  });
}

/** What is refused before anything is sent. */
export function refused(place: Place): string[] {
  using conn = engineOf(place).connect();
  const table = sql.id(place.table);
  const attempts: (() => unknown)[] = [
    () => conn.copyFrom(sql`copy ${table} to stdout`, []),
    () => conn.copyFrom(sql`copy ${table} from stdin where id > ${1}`, []),
    () => conn.copyFrom("copy t from stdin" as unknown as Query, []),
    () => conn.copyTo(sql`copy ${table} from stdin`),
    () => conn.copyTo(sql`copy ${table} to stdout; drop table ${table}`),
    () => [...conn.copyTo(sql`copy ${table} to stdout`, { format: "binary" }).rows()],
    () => [...conn.copyTo(sql`copy no_such_table to stdout`)],
    () => conn.copyTo(sql`copy ${table} to stdout (format csv)`),
    () => conn.copyFrom(sql`copy ${table} from stdin`, [], { from: "csv" } as object),
    () => conn.copyFrom(sql`copy ${table} from stdin`, ["1\ta\t\\N\n\\", ".\n2\tb\t\\N\n"]),
    () => conn.copyFrom(sql`copy ${table} from stdin`, ["1,a,\n\\.\n2,b,\n"], { format: "csv" }),
    () => conn.execute(sql`copy (select generate_series(1, 100000)) to stdout`),
    () => conn.execute(sql`copy ${table} from stdin`),
    () => conn.executeMany(() => sql`/* nothing */ copy ${table} from stdin`, [1]),
    () => conn.execute(sql`copy ${table} from ${sql.raw("'/nowhere/to/be/found'")}`),
  ];
  const said = attempts.map((attempt) => {
    try {
      attempt();
      return "done";
    } catch (error) {
      return `${(error as Error).name}: ${(error as Error).message}`;
    }
  });
  // Whatever was answered, later answers belong to what they answer.
  const after = [1, 2, 3].map((i) => conn.execute(sql`select ${i}::int`).scalar());
  return [...said, String(after)];
}

/** Leaves a large COPY after the first chunk; the connection, and the transaction, go on. */
export function leave(url: string, inTransaction: boolean): unknown[] {
  using conn = createEngine(url).connect();
  const transaction = inTransaction ? conn.begin() : undefined;
  conn.execute(sql`select set_config('awaitlet.left', 'kept', ${inTransaction})`);
  const pid = conn.execute(sql`select pg_backend_pid()`).scalar();
  const found: unknown[] = [];
  for (let i = 0; i < 3; i++) {
    const output = conn.copyTo(sql`copy (select generate_series(1, 100000000)) to stdout`);
    for (const chunk of output) {
      found.push(chunk.length > 0);
      break;
    }
    found.push(output.rowCount);
    const row = conn
      .execute(sql`select current_setting('awaitlet.left') as left, pg_backend_pid() as pid`)
      .one();
    found.push(row.left, row.pid === pid);
  }
  transaction?.commit();
  return found;
}

/** What cannot be done on the connection while it copies. */
export function occupied(place: Place): string[] {
  using conn = engineOf(place).connect();
  const said: string[] = [];
  const attempt = (fn: () => unknown) => {
    try {
      fn();
      said.push("done");
    } catch (error) {
      said.push((error as Error).message);
    }
  };
  function* source(): Generator<CopyItem> {
    attempt(() => conn.execute(sql`select 1`));
    yield [1, null, null];
    attempt(() => conn.begin());
  }
  conn.execute(sql`truncate ${sql.id(place.table)}`);
  conn.copyFrom(copyIn(place.table, ""), source());
  for (const _ of conn.copyTo(copyOut(place.table, ""))) attempt(() => conn.execute(sql`select 1`));
  attempt(() => conn.execute(sql`select 1`));
  return said;
}

/** Gives the connection back in the middle of a COPY, either way. */
export function abandon(place: Place): unknown {
  const engine = createEngine(place.url, { poolSize: 1 });
  const table = sql.id(place.table);
  const into = engine.connect();
  into.execute(sql`truncate ${table}`);
  function* source(): Generator<CopyItem> {
    yield [1, null, null];
    into.close();
  }
  const said: unknown[] = [];
  try {
    into.copyFrom(copyIn(place.table, ""), source());
  } catch (error) {
    said.push((error as Error).message);
  }
  const out = engine.connect();
  out.copyTo(sql`copy (select generate_series(1, 100000000)) to stdout`)[Symbol.iterator]().next();
  out.close();
  said.push(engine.begin((conn) => conn.execute(sql`select count(*)::int from ${table}`).scalar()));
  engine.dispose();
  return said;
}

/** Copies from a source that waits for ever; it is to be cancelled. */
export function waits(place: Place, wait: () => void): void {
  using conn = engineOf(place).connect();
  function* source(): Generator<CopyItem> {
    yield [77, null, null];
    wait();
  }
  conn.copyFrom(copyIn(place.table, ""), source());
}

/** Copies into a table whose server takes a minute for the first row: as much as leaves here, or more. */
export function stuck(url: string, pieces: number): number {
  return createEngine(url).begin((conn) => {
    conn.execute(sql`create temporary table stuck (id int, data text) on commit drop`);
    conn.execute(
      sql`create function pg_temp.stay() returns trigger language plpgsql as ${sql.raw(
        "$$ begin perform pg_sleep(60); return new; end $$",
      )}`,
    );
    conn.execute(
      sql`create trigger stay before insert on stuck for each row execute function pg_temp.stay()`,
    );
    const piece = `1\t${"x".repeat(1000)}\n`.repeat(1000);
    return conn.copyFrom(
      sql`copy stuck from stdin`,
      Array.from({ length: pieces }, () => piece),
    );
  });
}

export function tearDown(place: Place): void {
  const engine = engineOf(place);
  engine.begin((conn) => conn.execute(sql`drop table if exists ${sql.id(place.table)}`));
  engine.dispose();
}
