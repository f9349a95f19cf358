import { createEngine, type DatabaseError, type Query, sql } from "../../../src/postgres/mod.ts";

export interface Place {
  readonly url: string;
  readonly table: string;
}

export function setUp({ url, table }: Place): void {
  createEngine(url).begin((conn) => {
    conn.execute(sql`create table ${sql.id(table)} (id integer primary key, data text)`);
  });
}

const insert = (table: string, id: number, data: string | null): Query =>
  sql`insert into ${sql.id(table)} values (${id}, ${data})`;

/** Inserts rows of these ids; what is in the table then, and the count that was told. */
export function insertAll({ url, table }: Place, ids: readonly number[]): unknown {
  using conn = createEngine(url).connect();
  conn.execute(sql`truncate ${sql.id(table)}`);
  const told = conn.executeMany((id) => insert(table, id, `a${id}`), ids);
  const [count, sum] = conn
    .execute(sql`select count(*)::int, coalesce(sum(id), 0)::int as sum from ${sql.id(table)}`)
    .all()
    .flatMap((row) => Object.values(row));
  return { told, count, sum };
}

/** Texts that differ from row to row, from a generator, and the places that are told. */
export function mixed({ url, table }: Place): unknown {
  function* ids() {
    yield* [1, 2, 3, 4];
  }
  return createEngine(url).begin((conn) => {
    conn.execute(sql`truncate ${sql.id(table)}`);
    conn.execute(insert(table, 0, "zero"));
    const places: number[] = [];
    const told = conn.executeMany((id, place) => {
      places.push(place);
      if (id === 1) return insert(table, id, null);
      if (id === 4) return sql`delete from ${sql.id(table)} where id < ${2}`;
      return sql`insert into ${sql.id(table)} (data, id) values (${"it's"}, ${id}) returning id`;
    }, ids());
    return [told, places, conn.execute(sql`select id, data from ${sql.id(table)} order by id`).all()];
  });
}

/** Statements of which the later ones need the earlier; and more texts than a server keeps. */
export function buildUp({ url }: Place): unknown[] {
  using conn = createEngine(url).connect();
  const step = (i: number): Query => {
    const table = sql.id(`step_${i % 3}`);
    if (i < 3) return sql`create temporary table ${table} (i int)`;
    if (i < 6) return sql`insert into ${table} select generate_series(1, ${i}::int)`;
    return sql`/* nothing */`;
  };
  const built = conn.executeMany(step, [0, 1, 2, 3, 4, 5, 6]);
  const texts = Array.from({ length: 1200 }, (_, i) => i);
  const many = conn.executeMany((i) => sql`insert into step_0 values (${i}) -- ${sql.raw(String(i))}`, texts);
  const sum = conn.execute(sql`select sum(i)::int from step_0`).scalar();
  return [built, many, sum];
}

/** What a row that is refused does, within a transaction: to it, and to the error. */
export function fails({ url, table }: Place, count: number, bad: number): unknown {
  return createEngine(url).begin((conn) => {
    conn.execute(sql`truncate ${sql.id(table)}`);
    conn.execute(insert(table, 1_000_000, "before"));
    let error: DatabaseError | undefined;
    try {
      conn.executeMany(
        (id) => insert(table, id === bad ? 1_000_000 : id, "x"),
        Array.from({ length: count }, (_, i) => i),
      );
    } catch (thrown) {
      error = thrown as typeof error;
    }
    // The transaction goes on without those rows.
    const rows = conn
      .execute(sql`select id from ${sql.id(table)}`)
      .scalars()
      .all();
    return { rows, name: error?.name, row: error?.row, message: error?.message, stack: error?.stack };
  });
}

/** What the rows, or what makes queries of them, throw comes out, and nothing is inserted. */
export function throws({ url, table }: Place): unknown {
  using conn = createEngine(url).connect();
  conn.execute(sql`truncate ${sql.id(table)}`);
  const said: unknown[] = [];
  const attempt = (rows: Iterable<number>, toQuery: (id: number) => Query) => {
    try {
      conn.executeMany(toQuery, rows);
    } catch (error) {
      said.push((error as Error).message);
    }
    said.push(conn.execute(sql`select count(*)::int from ${sql.id(table)}`).scalar());
  };
  function* failing() {
    for (let i = 0; i < 1500; i++) yield i;
    throw new Error("no more rows");
  }
  attempt(failing(), (id) => insert(table, id, "x"));
  attempt([1, 2], (id) => {
    if (id === 2) throw new Error("no query");
    return insert(table, id, "x");
  });
  attempt([1], () => "insert" as unknown as Query);
  return said;
}

export function tearDown({ url, table }: Place): void {
  const engine = createEngine(url);
  engine.begin((conn) => conn.execute(sql`drop table if exists ${sql.id(table)}`));
  engine.dispose();
}
