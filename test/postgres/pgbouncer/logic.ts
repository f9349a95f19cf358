import {
  type Connection,
  createEngine,
  type Engine,
  type EngineOptions,
  sql,
} from "../../../src/postgres/mod.ts";

/** Where to, and how. */
export interface Place {
  readonly url: string;
  readonly options: EngineOptions;
}

/** Runs on an engine of its own. */
function on<T>({ url, options }: Place, use: (conn: Connection, engine: Engine) => T): T {
  const engine = createEngine(url, options);
  try {
    using conn = engine.connect();
    return use(conn, engine);
  } finally {
    engine.dispose();
  }
}

export function createTable(place: Place): void {
  on(place, (conn) => {
    conn.execute(sql`drop table if exists bounced`);
    conn.execute(sql`create table bounced (id integer, word text, at timestamptz, tags text[], data jsonb)`);
  });
}

const at = new Date("2024-02-29T12:34:56.789Z");

/** What a task does beside others: each statement may go to another session. Returns what is wrong. */
export function work(place: Place, task: number): unknown[] {
  return on(place, (conn) => {
    const wrong: unknown[] = [];
    const expect = (what: string, is: unknown, right: unknown) => {
      if (JSON.stringify(is) !== JSON.stringify(right)) wrong.push([task, what, is]);
    };
    for (let round = 0; round < 5; round++) {
      const id = task * 1000 + round;
      expect("sum", conn.execute(sql`select ${id}::int + ${1}::int as sum`).scalar(), id + 1);
      conn.execute(
        sql`insert into bounced values (${id}, ${`word ${id}`}, ${at}, ${["a", "b"]}, ${{ id, text: "x" }})`,
      );
      const row = { id, word: `word ${id}`, at, tags: ["a", "b"], data: { id, text: "x" } };
      expect("row", conn.execute(sql`select * from bounced where id = ${id}`).all(), [row]);
      const streamed = conn.begin(() => [
        ...conn.stream<{ n: number }>(sql`select n from generate_series(${1}::int, ${5}::int) n`, {
          batch: 2,
        }),
      ]);
      expect("stream", streamed.map(({ n }) => n).join(), "1,2,3,4,5");
      const many = conn.executeMany(
        (n) => sql`insert into bounced (id, word) values (${-id}, ${n})`,
        ["a", "b"],
      );
      expect("many", many, 2);
      const nested = conn.begin(() => {
        conn.execute(sql`delete from bounced where id = ${-id}`);
        conn.begin(() => conn.execute(sql`select ${"in"}::text`));
        return conn.execute(sql`select count(*)::int from bounced where id = ${-id}`).scalar();
      });
      expect("nested", nested, 0);
      expect("copied", conn.copyFrom(sql`copy bounced (id, word) from stdin`, [[-id, "c"]]), 1);
      const out = [
        ...conn
          .copyTo(sql`copy (select word from bounced where id = ${sql.raw(String(-id))}) to stdout`)
          .rows(),
      ];
      expect("copy out", out, [["c"]]);
    }
    return wrong;
  });
}

/** The types of one's own, and errors. */
export function typesAndErrors(place: Place): unknown[] {
  const point = {
    to: 600,
    from: [600],
    serialize: ({ x, y }: { x: number; y: number }) => `(${x},${y})`,
    parse: (text: string) => text.slice(1, -1).split(",").map(Number),
  };
  return on({ ...place, options: { ...place.options, types: { point } } }, (conn) => {
    const caught = (use: () => unknown) => {
      try {
        return use();
      } catch (error) {
        return (error as Error).name;
      }
    };
    return [
      conn.execute(sql`select ${{ x: 1, y: 2 }}::point as p`).scalar(),
      conn.execute(sql`select array[1, 2]::int[] as a, '(1,2)'::point as p`).one(),
      caught(() => conn.execute(sql`select 1 / ${0}::int`)),
      caught(() => conn.execute(sql`select nothing from nowhere`)),
      caught(() => conn.execute(sql`select ${"x"}::int`)),
      conn.execute(sql`select ${1}::int as one`).scalar(),
    ];
  });
}

/** How many statements are kept by the sessions that a task meets. */
export function keptStatements(place: Place): number {
  return on(place, (conn) => {
    let kept = 0;
    for (let i = 0; i < 10; i++) {
      const count = sql`select count(*)::int as n from pg_prepared_statements where name like 'awaitlet%'`;
      kept += conn.execute<{ n: number }>(count).one().n;
    }
    return kept;
  });
}
