import {
  createEngine,
  DatabaseError,
  IntegrityError,
  ProgrammingError,
  sql,
  UniqueViolation,
} from "../../../src/postgres/mod.ts";

export function results(url: string): unknown {
  return createEngine(url).begin((conn) => {
    const result = conn.execute<{ id: number; data: string }>(
      sql`select * from (values (1, 'a'), (2, 'b')) as v (id, data)`,
    );
    const none = conn.execute(sql`select 1 as one where false`);
    return {
      all: result.all(),
      first: result.first(),
      iterated: [...result].map((row) => row.data),
      scalars: result.scalars().all(),
      firstScalar: result.scalars().first(),
      scalar: result.scalar(),
      rowCount: result.rowCount,
      columns: result.columns,
      none: [none.all(), none.first(), none.scalar(), none.scalars().first(), none.rowCount, none.columns],
    };
  });
}

/** Creates, fills, reads and drops a table of such names. */
export function hostileNames(url: string, table: string, column: string): unknown {
  const [a, b] = [sql.id(table), sql.id(column)];
  return createEngine(url).begin((conn) => {
    conn.execute(sql`create table ${a} (${b} text)`);
    conn.execute(sql`insert into ${a} (${b}) values (${"x"})`);
    const found = conn.execute(sql`select ${b} from ${a}`).all();
    conn.execute(sql`drop table ${a}`);
    return found;
  });
}

export function echoes(url: string, values: readonly string[]): unknown[] {
  return createEngine(url).begin((conn) =>
    values.map((value) => conn.execute(sql`select ${value}::text`).scalar()),
  );
}

export function types(url: string): unknown {
  const when = new Date("2024-02-29T12:34:56.789Z");
  return createEngine(url).begin((conn) =>
    conn
      .execute(
        sql`select ${1}::int as int, ${true}::bool as bool, ${null}::text as null, ${when}::timestamptz as date,
          ${new Uint8Array([0, 255])}::bytea as bytes, ${[1, 2]}::int[] as array, ${{ a: [1] }}::jsonb as json`,
      )
      .first(),
  );
}

/** Several statements in one text are not run. */
export function twoStatements(url: string): void {
  createEngine(url).begin((conn) => conn.execute(sql`select 1; select 2`));
}

/** What of the server's error blocking code sees. */
export function violateUnique(url: string, table: string): unknown {
  try {
    createEngine(url).begin((conn) => {
      conn.execute(sql`create temporary table ${sql.id(table)} (id integer primary key)`);
      for (const id of [7, 7]) conn.execute(sql`insert into ${sql.id(table)} values (${id})`);
    });
  } catch (error) {
    const { name, code, severity, detail, table, constraint } = error as UniqueViolation;
    const classes = [UniqueViolation, IntegrityError, DatabaseError, ProgrammingError].map(
      (Class) => error instanceof Class,
    );
    return { name, code, severity, detail, table, constraint, classes };
  }
  return undefined;
}
