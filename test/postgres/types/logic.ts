import {
  type Connection,
  createEngine,
  type EngineOptions,
  type Query,
  sql,
} from "../../../src/postgres/mod.ts";
import type { Case } from "./cases.ts";

/** What became of a case. */
export interface Outcome {
  /** What is read of SQL's text. */
  readonly read: unknown;
  /** What the server made of what was sent, and of the text, both as it shows them. */
  readonly sent: readonly unknown[];
  /** What is read of what was sent. */
  readonly back: unknown;
  /** What is read of an array of what was sent. */
  readonly array: unknown;
}

const options: EngineOptions = { poolSize: 1 };

/** Creates types of one's own. */
export function setUp(url: string): void {
  createEngine(url, options).begin((conn) => {
    for (const text of [
      "create type mood as enum ('sad', 'so so', 'happy')",
      "create domain age as int4 check (value >= 0)",
      "create domain document as jsonb",
      "create domain ages as int4[]",
      "create type pair as (a int4, b text)",
      "create type span as range (subtype = float8)",
    ])
      conn.execute(sql.raw(text));
  });
}

/** Reads and sends each value. */
export function run(url: string, cases: readonly Case[], timezone: string): Outcome[] {
  return createEngine(url, options).begin((conn) => {
    conn.execute(sql`select set_config('timezone', ${timezone}, true)`);
    return cases.map((each) => outcome(conn, each));
  });
}

function outcome(conn: Connection, each: Case): Outcome {
  const type = sql.raw(each.type);
  const literal: Query = each.text === null ? sql`null` : sql.raw(`'${each.text.replaceAll("'", "''")}'`);
  const value = "sent" in each ? each.sent : each.value;
  const scalar = (query: Query) => conn.execute(query).scalar();
  return {
    read: scalar(sql`select ${literal}::${type}`),
    sent: [scalar(sql`select (${value}::${type})::text`), scalar(sql`select (${literal}::${type})::text`)],
    back: scalar(sql`select ${value}::${type}`),
    array: each.noArray ? [each.value, null] : scalar(sql`select ${[value, null]}::${type}[]`),
  };
}

/** What is thrown by sending such values. */
export function refusals(url: string): [name: string, message: string][] {
  const circular: { self?: unknown } = {};
  circular.self = circular;
  const queries = [
    () => sql`select ${{ a: 1 }}::int`,
    () => sql`select ${[1]}::int`,
    () => sql`select ${1}::int[]`,
    () => sql`select ${new Uint8Array(1)}::text`,
    () => sql`select ${new Date(Number.NaN)}::timestamptz`,
    () => sql`select ${[1, undefined]}::int[]`,
    () => sql`select ${1.5}::int`,
    () => sql`select ${2 ** 53}::int4`,
    () => sql`select ${"a\0b"}::text`,
    () => sql`select ${circular}::jsonb`,
    () => sql`select ${1n}::jsonb`,
  ];
  const conn = createEngine(url, options).connect();
  const said = queries.map((query): [string, string] => {
    try {
      return ["nothing", JSON.stringify(conn.execute(query()).scalar())];
    } catch (error) {
      return [(error as Error).name, (error as Error).message];
    }
  });
  said.push([typeof conn.execute(sql`select ${"still"} || ' alive'`).scalar(), "alive"]);
  conn.close();
  return said;
}

/** What a Date cannot hold is not made something else. */
export function beyondDates(url: string): string {
  return createEngine(url, options).begin((conn) => {
    const result = conn.execute(sql`select timestamp '294000-01-01' as far, 1 as near`);
    try {
      result.all();
    } catch (error) {
      return (error as Error).message;
    }
    return "nothing";
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
  /** It has a method, so it cannot cross by itself. */
  get euros(): number {
    return this.cents / 100;
  }
}

/** Types of one's own, of plain objects and of a class. */
export function custom(url: string): unknown {
  const engine = createEngine(url, {
    poolSize: 1,
    types: {
      point: {
        to: 600,
        from: [600],
        serialize: ({ x, y }: Point) => `(${x},${y})`,
        parse: (text: string): Point => {
          const [x = 0, y = 0] = text.slice(1, -1).split(",").map(Number);
          return { x, y };
        },
      },
      money: {
        to: 1700,
        from: [1700],
        serialize: (money: Money) => money.euros.toFixed(2),
        parse: (text: string) => new Money(Math.round(Number(text) * 100)),
      },
      bigint: { to: 20, from: [20], serialize: String, parse: BigInt },
    },
  });
  const found = engine.begin((conn) => {
    conn.execute(
      sql`create temporary table custom (id int8, at point, path point[], cost numeric) on commit drop`,
    );
    const rows: [bigint, Point, Point[], Money][] = [
      [1n, { x: 1, y: -2.5 }, [{ x: 0, y: 0 }], new Money(1250)],
      [2n, { x: 0, y: 0 }, [], new Money(-1)],
    ];
    conn.executeMany(
      ([id, at, path, cost]) => sql`insert into custom values (${id}, ${at}, ${path}, ${cost})`,
      rows,
    );
    conn.execute(sql`insert into custom values (${3n}, ${null}, ${null}, ${null})`);
    const all = sql`select * from custom where id >= ${1n} order by id`;
    const read = conn.execute<{ cost: Money | null }>(all).all();
    const streamed = [...conn.stream<{ cost: Money | null }>(all, { batch: 2 })];
    return [read, streamed].map((rows) =>
      rows.map((row) => ({ ...row, cost: row.cost instanceof Money ? row.cost.euros : row.cost })),
    );
  });
  engine.dispose();
  return found;
}

export function dispose(url: string): void {
  createEngine(url, options).dispose();
}
