import { createEngine, type Engine, type Query, type Result, sql } from "../../../src/postgres/mod.ts";

const engines = new Map<string, Engine>();

/** An engine with one connection, so that the next one has what the last one left. */
function engineOf(url: string): Engine {
  const engine = engines.get(url) ?? createEngine(url, { poolSize: 1 });
  engines.set(url, engine);
  return engine;
}

const shown = (results: readonly Result[]) => results.map((result) => [result.rowCount, result.all()]);

/** What each statement of a text gives. */
export function run(url: string, text: string): unknown {
  using conn = engineOf(url).connect();
  return shown(conn.script(text));
}

/** The same of a query. */
export function runQuery(url: string, id: number): unknown {
  using conn = engineOf(url).connect();
  const query = sql`select ${sql.raw(String(id))} as id; select ${sql.id("relname")} from pg_class limit 0`;
  return conn.script(query).map(({ columns }) => columns);
}

function said(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    const { name, message, code } = error as Error & { code?: string };
    return [name, code, message];
  }
}

/** What a text is refused with, and what a query gives afterwards on the same connection. */
export function refused(url: string, text: string, then: string, before: string = ""): unknown {
  using conn = engineOf(url).connect();
  conn.script(before);
  return [said(() => shown(conn.script(text))), said(() => conn.execute(sql`${sql.raw(then)}`).all())];
}

/** What is refused although it is no text of the server's. */
export function misused(url: string): unknown {
  using conn = engineOf(url).connect();
  return [
    said(() => conn.script(sql`select 1; select ${2}`)),
    said(() => conn.script(3 as unknown as string)),
    said(() => conn.script("select 1; select '\0'")),
    said(() => conn.script("select '\ud800'")),
    conn.execute(sql`select 1 as one`).all(),
  ];
}

/** Several statements where one is expected. */
export function severalAsOne(url: string, text: string): unknown {
  const query = (): Query => sql`${sql.raw(text)}`;
  const byItself = said(() => engineOf(url).execute(query()));
  using conn = engineOf(url).connect();
  return [
    byItself,
    said(() => conn.execute(query())),
    said(() => conn.executeMany(query, [1])),
    said(() => [...conn.stream(query())]),
    said(() => conn.begin(() => conn.execute(query()))),
  ];
}

/** Statements that the server keeps are run, then the text, then they again. */
export function around(url: string, text: string, queries: readonly string[]): unknown {
  using conn = engineOf(url).connect();
  const all = () =>
    queries.map((query) => said(() => conn.execute(sql`${sql.raw(query)} where ${1}::int = 1`).all()));
  const before = all();
  all();
  conn.script(text);
  return [before, all()];
}

/** What the next one finds who has the connection. */
export function left(url: string, text: string, query: string): unknown {
  const engine = engineOf(url);
  {
    using conn = engine.connect();
    conn.script(text);
  }
  using conn = engine.connect();
  return said(() =>
    conn
      .execute(sql`${sql.raw(query)}`)
      .scalars()
      .all(),
  );
}

/** A text within a transaction, and one within a savepoint that is rolled back. */
export function within(url: string): unknown {
  const engine = engineOf(url);
  const count = () => engine.scalar(sql`select count(*)::int from kept`);
  const before = count();
  const undone = said(() =>
    engine.begin((conn) => {
      conn.script("insert into kept values (1); insert into kept values (2)");
      throw new RangeError("no");
    }),
  );
  const between = count();
  const inside = engine.begin((conn) => {
    conn.script("insert into kept values (3); insert into kept values (4)");
    const failed = said(() =>
      conn.begin(() => conn.script("insert into kept values (5); insert into kept values (1 / 0)")),
    );
    return [failed, conn.execute(sql`select count(*)::int from kept`).scalar()];
  });
  return [before, undone, between, inside, count()];
}

export function sleeps(url: string, seconds: number): unknown {
  using conn = engineOf(url).connect();
  return shown(conn.script(`select 1 as a; select pg_sleep(${seconds}); select 2 as b`));
}

export function done(): void {
  for (const engine of engines.values()) engine.dispose();
  engines.clear();
}
