// What docs/postgres.md shows: traditional blocking code, with no `async`, no `await` and no `awaitlet()`.
import {
  type Connection,
  type CopyItem,
  createEngine,
  type Engine,
  SerializationFailure,
  sql,
  UniqueViolation,
} from "../../src/postgres/mod.ts";
import { z } from "../deps.ts";

/** Each statement commits by itself where no transaction is open. */
export function createTables(engine: Engine): void {
  using conn = engine.connect();
  conn.execute(sql`create table item (id integer primary key, name text not null unique, price numeric)`);
  conn.execute(sql`create table sale (item integer references item, at timestamptz default now())`);
}

/** Commits when the function returns, rolls back when it throws. */
export function add(engine: Engine, id: number, name: string, price: string | null): number {
  return engine.begin((conn) =>
    conn
      .execute(sql`insert into item values (${id}, ${name}, ${price}) returning id`)
      .scalars<number>()
      .one(),
  );
}

/** Fragments compose, and values travel as parameters, wherever they stand. */
export function search(
  engine: Engine,
  words: { name?: string; below?: number },
  order: "name" | "id",
): unknown[] {
  const conditions = [sql`true`];
  if (words.name !== undefined) conditions.push(sql`name like ${`%${words.name}%`}`);
  if (words.below !== undefined) conditions.push(sql`price < ${words.below}`);
  const query = sql`select id, name from item where ${sql.join(conditions, " and ")} order by ${sql.id(order)}`;
  return engine.begin((conn) => conn.execute(query).all());
}

interface Item {
  id: number;
  name: string;
  price: number | null;
}

const Item: z.ZodType<Item> = z.object({
  id: z.int(),
  name: z.string(),
  price: z.coerce.number().nullable(),
});

/** Typed by the schema; a row that does not fit throws, and names its column. */
export function dearest(engine: Engine): Item | undefined {
  return engine.begin((conn) =>
    conn.execute(sql`select * from item order by price desc nulls last limit 1`, Item).oneOrNone(),
  );
}

/** A transaction within a transaction is a savepoint. */
export function addAll(conn: Connection, names: readonly string[]): string[] {
  return names.filter((name, id) => {
    try {
      conn.begin(() => conn.execute(sql`insert into item values (${id + 100}, ${name})`));
      return true;
    } catch (error) {
      if (error instanceof UniqueViolation && error.constraint === "item_name_key") return false;
      throw error;
    }
  });
}

/** What others got in the way of is tried again. */
export function sell(engine: Engine, item: number): number {
  for (;;) {
    try {
      return engine.begin(
        (conn) => {
          conn.execute(sql`insert into sale values (${item})`);
          return conn
            .execute(sql`select count(*)::int from sale where item = ${item}`)
            .scalars<number>()
            .one();
        },
        { isolation: "serializable" },
      );
    } catch (error) {
      if (!(error instanceof SerializationFailure)) throw error;
    }
  }
}

/** Sent together, one behind the other: all, or none when one is refused. */
export function addMany(engine: Engine, items: readonly { id: number; name: string }[]): number {
  using conn = engine.connect();
  return conn.executeMany(({ id, name }) => sql`insert into item (id, name) values (${id}, ${name})`, items);
}

/** A large result, a batch at a time; in a transaction other statements may run between. */
export function raisePrices(engine: Engine): number {
  return engine.begin((conn) => {
    let raised = 0;
    for (const { id } of conn.stream<{ id: number }>(sql`select id from item where price is null`, {
      batch: 500,
    })) {
      raised += conn.execute(sql`update item set price = ${id}::int / 100.0 where id = ${id}`).rowCount;
    }
    return raised;
  });
}

/** The fastest way in: rows from anywhere, here from a generator. */
export function load(engine: Engine, count: number): number {
  function* rows(): Generator<CopyItem> {
    for (let id = 1000; id < 1000 + count; id++) yield [id, `item\t${id}`, null];
  }
  using conn = engine.connect();
  return conn.copyFrom(sql`copy item (id, name, price) from stdin`, rows());
}

/** The fastest way out: chunks of bytes as the server sends them. */
export function exportedBytes(engine: Engine): number {
  using conn = engine.connect();
  let bytes = 0;
  for (const chunk of conn.copyTo(sql`copy item to stdout (header)`, { format: "csv" }))
    bytes += chunk.length;
  return bytes;
}

/** The same as rows of text. */
export function exportedNames(engine: Engine): (string | null)[] {
  using conn = engine.connect();
  const query = sql`copy (select name, price from item where id < 100 order by id) to stdout`;
  return [...conn.copyTo(query, { format: "csv" }).rows()].map(([name = null]) => name);
}

/** Listens until nothing has come for a second, or the loop is left. */
export function waitForOrder(engine: Engine, place: () => void): string | undefined {
  using orders = engine.listen("orders", { timeout: 1000 });
  place();
  for (const { payload } of orders) return payload;
  return undefined;
}

export function placeOrder(url: string, order: string): void {
  using engine = createEngine(url);
  engine.begin((conn) => conn.notify("orders", order));
}

/** At most one at a time, on whatever machine. */
export function report(engine: Engine): string {
  using conn = engine.connect();
  using lock = conn.advisoryLock("report", { wait: false });
  if (lock === undefined) return "another one is at it";
  return `${conn.execute(sql`select count(*) from item`).scalar()} items`;
}

/** Several statements in one text: all, or none when one is refused. */
export function migrate(engine: Engine): number {
  using conn = engine.connect();
  const results = conn.script(`
    alter table item add column stock integer not null default 10;
    update item set stock = 0 where price is null;
    select sum(stock)::int as total from item`);
  return results[2]?.scalar<number>() ?? 0;
}
