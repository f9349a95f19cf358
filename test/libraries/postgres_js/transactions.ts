/** Blocking code over postgres.js as it stands: transactions, reserved connections, cursors. */

import { asyncModule, awaitlet, hold } from "../../../mod.ts";

const { sql } = asyncModule<typeof import("./db.ts")>(new URL("./db.ts", import.meta.url));

export function setUpAccounts(): void {
  awaitlet(sql`drop table if exists accounts`);
  awaitlet(sql`create table accounts (name text primary key, amount int not null check (amount >= 0))`);
  awaitlet(
    sql`insert into accounts ${sql([
      { name: "ann", amount: 100 },
      { name: "bob", amount: 0 },
    ])}`,
  );
}

export function amounts(): Record<string, number> {
  const rows = awaitlet(sql<{ name: string; amount: number }[]>`select * from accounts`);
  return Object.fromEntries(rows.map(({ name, amount }) => [name, amount]));
}

/** A plain callback: what it returns is committed, what it throws rolls back. */
export function transfer(from: string, to: string, amount: number): string {
  return awaitlet(
    sql.begin((tx) => {
      awaitlet(tx`update accounts set amount = amount + ${amount} where name = ${to}`);
      awaitlet(tx`update accounts set amount = amount - ${amount} where name = ${from}`);
      return `${from} gave ${to} ${amount}`;
    }),
  );
}

export class Refused extends RangeError {
  readonly limit: number = 10;
}

export function refuse(): { caught: boolean; message: string; limit: unknown } {
  try {
    awaitlet(
      sql.begin("isolation level serializable", (tx) => {
        awaitlet(tx`update accounts set amount = 1`);
        throw new Refused("too much");
      }),
    );
  } catch (error) {
    const { message, limit } = error as Refused;
    return { caught: error instanceof RangeError, message, limit };
  }
  throw new Error("it was not refused");
}

/** The savepoint is rolled back, what stands around it is committed. */
export function savepoint(): string[] {
  return awaitlet(
    sql.begin((tx) => {
      const said: string[] = [];
      awaitlet(tx`update accounts set amount = amount + 1 where name = ${"ann"}`);
      try {
        awaitlet(
          tx.savepoint((inner) => {
            awaitlet(inner`update accounts set amount = amount + 1000 where name = ${"ann"}`);
            awaitlet(inner`update accounts set amount = -1 where name = ${"bob"}`);
          }),
        );
      } catch (error) {
        said.push((error as { code: string }).code);
      }
      const result = awaitlet(
        tx.savepoint("second", (inner) => {
          awaitlet(inner`update accounts set amount = amount + 1 where name = ${"bob"}`);
          return "kept";
        }),
      );
      said.push(result);
      return said;
    }),
  );
}

/** Transactions at once, each with a plain callback, all on this one thread. */
export function atOnce(names: string[]): string[] {
  return awaitlet(
    names.map((name) =>
      sql.begin((tx) => {
        awaitlet(tx`insert into accounts values (${name}, 1)`);
        const [row] = awaitlet(tx<{ name: string }[]>`select name from accounts where name = ${name}`);
        return row?.name ?? "";
      }),
    ),
  );
}

/** A reserved connection is one and the same from query to query, and free again afterwards. */
export function reserve(): { backends: number; kept: string | undefined } {
  const reserved = hold(sql.reserve());
  try {
    const pids = [1, 2, 3].map(
      () => awaitlet(reserved<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid,
    );
    awaitlet(reserved`set application_name = ${sql.unsafe("'kept'")}`);
    const [row] = awaitlet(reserved<{ application_name: string }[]>`show application_name`);
    return { backends: new Set(pids).size, kept: row?.application_name };
  } finally {
    awaitlet(reserved`reset application_name`);
    awaitlet(reserved.release());
    reserved[Symbol.dispose]();
  }
}

export function useAfterDisposal(): string {
  const reserved = hold(sql.reserve());
  awaitlet(reserved.release());
  reserved[Symbol.dispose]();
  try {
    awaitlet(reserved`select 1`);
  } catch (error) {
    return (error as Error).name;
  }
  return "it was used";
}

export function cursor(rows: number, size: number): { portions: number[]; sum: number } {
  const portions: number[] = [];
  let sum = 0;
  awaitlet(
    sql<{ n: number }[]>`select n from generate_series(1, ${rows}::int) as n`.cursor(size, (portion) => {
      portions.push(portion.length);
      for (const { n } of portion) sum += n;
    }),
  );
  return { portions, sum };
}

/** A query for each portion, on another connection, from within the cursor's callback. */
export function cursorThatAwaits(): number[] {
  const doubled: number[] = [];
  awaitlet(
    sql<{ n: number }[]>`select n from generate_series(1, 6) as n`.cursor(2, (portion) => {
      const numbers = portion.map(({ n }) => n);
      const rows = awaitlet(sql<{ n: number }[]>`select n * 2 as n from unnest(${numbers}::int[]) as n`);
      doubled.push(...rows.map(({ n }) => n));
    }),
  );
  return doubled;
}

export function cursorThatStops(): number {
  let seen = 0;
  awaitlet(
    sql<{ n: number }[]>`select n from generate_series(1, 1000) as n`.cursor(10, (portion) => {
      seen += portion.length;
      return seen >= 30 ? sql.CLOSE : undefined;
    }),
  );
  return seen;
}

export function cursorThatThrows(): string {
  try {
    awaitlet(
      sql<{ n: number }[]>`select n from generate_series(1, 1000) as n`.cursor(10, () => {
        throw new RangeError("enough");
      }),
    );
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
  return "it went on";
}

export function eachRow(): number[] {
  const seen: number[] = [];
  awaitlet(
    sql<{ n: number }[]>`select n from generate_series(1, 5) as n`.forEach((row) => {
      seen.push(row.n);
    }),
  );
  return seen;
}
