import {
  createEngine,
  DatabaseError,
  type Engine,
  type EngineOptions,
  IntegrityError,
  LockNotAvailable,
  type Query,
  QueryCanceled,
  sql,
  UniqueViolation,
} from "../../../src/postgres/mod.ts";

/** Which tables: a schema of the test's own. */
export interface Place {
  readonly url: string;
  readonly schema: string;
  readonly options?: EngineOptions;
}

const engineOf = ({ url, options }: Place): Engine => createEngine(url, options);

const table = ({ schema }: Place, name: string): Query => sql.id(schema, name);

export function setUp(place: Place): void {
  engineOf(place).begin((conn) => {
    conn.execute(sql`create schema ${sql.id(place.schema)}`);
    conn.execute(sql`create table ${table(place, "author")} (id int primary key, age int check (age > 0))`);
    conn.execute(
      sql`create table ${table(place, "book")} (id int, title text not null unique,
        author int references ${table(place, "author")})`,
    );
    conn.execute(
      sql`create table ${table(place, "stay")} (during int4range, exclude using gist (during with &&))`,
    );
    conn.execute(sql`insert into ${table(place, "author")} values (1, 50), (2, 60)`);
    conn.execute(sql`insert into ${table(place, "book")} values (1, 'one', 1)`);
    conn.execute(sql`insert into ${table(place, "stay")} values ('[1,5)')`);
  });
}

export function tearDown(place: Place): void {
  const engine = engineOf(place);
  engine.begin((conn) => conn.execute(sql`drop schema ${sql.id(place.schema)} cascade`));
  engine.dispose();
}

const statements: Record<string, (place: Place) => Query> = {
  unique: (place) => sql`insert into ${table(place, "book")} values (2, 'one', 1)`,
  foreignKey: (place) => sql`insert into ${table(place, "book")} values (2, 'two', 99)`,
  referredTo: (place) => sql`delete from ${table(place, "author")} where id = 1`,
  check: (place) => sql`insert into ${table(place, "author")} values (3, ${-1})`,
  notNull: (place) => sql`insert into ${table(place, "book")} values (2, ${null}, 1)`,
  exclusion: (place) => sql`insert into ${table(place, "stay")} values ('[4,6)')`,
  syntax: () => sql`select 1\n  frm ${"x"}\nwhere true`,
  syntaxAfterWideCharacters: () => sql`select '\u{1f600}\u{1f600}' frm x`,
  missingTable: (place) => sql`select * from ${table(place, "nothing")}`,
  missingColumn: (place) => sql`select titel from ${table(place, "book")}`,
  divisionByZero: () => sql`select 1 / ${0}::int`,
  malformed: () => sql`select ${"abc"}::text::int`,
  readOnly: (place) => sql`insert into ${table(place, "author")} values (3, 1)`,
};

/** Has the server refuse one of the statements, and says what is thrown here. */
export function refusal(place: Place, what: string): Record<string, unknown> {
  const statement = statements[what]?.(place) as Query;
  try {
    engineOf(place).begin((conn) => conn.execute(statement), { readOnly: what === "readOnly" });
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return {
      ...error,
      class: error.constructor.name,
      isIntegrityError: error instanceof IntegrityError,
      message: error.message,
    };
  }
  throw new Error("it did not throw");
}

/** Lets it go through to the loop. */
export function refuse(place: Place, what: string): void {
  engineOf(place).begin((conn) => conn.execute(statements[what]?.(place) as Query));
}

/** What blocking code is for: the way out that its reader sees. */
export function insertOrFind(place: Place): string {
  return engineOf(place).begin((conn) => {
    try {
      conn.begin(() => conn.execute(sql`insert into ${table(place, "book")} values (2, 'one', 1)`));
      return "inserted";
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
      return `found ${conn.execute(sql`select id from ${table(place, "book")} where title = 'one'`).scalar()}`;
    }
  });
}

/** After a failure the server refuses all until the transaction ends: the reason is not lost. */
export function goOnAfterFailure(place: Place): string[] {
  const said: string[] = [];
  try {
    engineOf(place).begin((conn) => {
      for (const statement of [sql`select 1 / 0`, sql`select 1`]) {
        try {
          conn.execute(statement);
        } catch (error) {
          const { name, code, message } = error as DatabaseError;
          said.push(`${name} ${code} ${message}`);
        }
      }
    });
  } catch (error) {
    said.push((error as Error).message);
  }
  return said;
}

/** A statement takes too long; the connection, and by a savepoint even the transaction, goes on. */
export function timeOut(place: Place): unknown[] {
  const engine = createEngine(place.url, { statementTimeout: 100, poolSize: 1 });
  const pid = sql`select pg_backend_pid()`;
  const outcome = engine.begin((conn) => {
    const before = conn.execute(pid).scalar();
    try {
      conn.begin(() => conn.execute(sql`select pg_sleep(60)`));
    } catch (error) {
      if (!(error instanceof QueryCanceled)) throw error;
      return [error.code, error.message, conn.execute(pid).scalar() === before];
    }
    throw new Error("it did not time out");
  });
  engine.dispose();
  return outcome;
}

/** Has all connections of its pool in use, and wants one more. */
export function exhaust(place: Place): void {
  const engine = createEngine(place.url, { poolSize: 1, poolTimeout: 50 });
  const conn = engine.connect();
  conn.begin();
  try {
    engine.connect().begin();
  } finally {
    conn.close();
    engine.dispose();
  }
}

/** Another has the row. */
export function lockNowait(place: Place): unknown[] {
  const engine = engineOf(place);
  return engine.begin((holder) => {
    const rows = sql`select id from ${table(place, "author")} where id = 1 for update nowait`;
    holder.execute(rows);
    try {
      engine.begin((other) => other.execute(rows));
    } catch (error) {
      if (!(error instanceof LockNotAvailable)) throw error;
      return [error.code, error.severity];
    }
    throw new Error("it was not locked");
  });
}

/** Locks one row, meets another task that has locked the other, and wants that one too. */
export function lockBoth(place: Place, order: readonly [number, number], meet: () => void): void {
  engineOf(place).begin((conn) => {
    const [first, second] = order;
    conn.execute(sql`update ${table(place, "author")} set age = age + 1 where id = ${first}`);
    meet();
    conn.execute(sql`update ${table(place, "author")} set age = age + 1 where id = ${second}`);
  });
}

/** Writes what it has computed from what another writes meanwhile. */
export function addUp(place: Place, id: number, meet: () => void): void {
  const count = sql`select count(*)::int from ${table(place, "author")}`;
  engineOf(place).begin(
    (conn) => {
      const age = conn.execute(count).scalar<number>();
      meet();
      conn.execute(sql`insert into ${table(place, "author")} values (${id}, ${age})`);
    },
    { isolation: "serializable" },
  );
}
