/** Blocking code that has a connection to Postgres, in a state, and then does what ends it, or goes on when it may. */

import { asyncModule, awaitlet } from "../../mod.ts";
import { type Connection, createEngine, type Engine, sql } from "../../src/postgres/mod.ts";
import { type Act, die } from "./logic.ts";

const async = asyncModule<typeof import("./logic_async.ts")>(new URL("./logic_async.ts", import.meta.url));

/** What a task of the matrix is to do. */
export interface Order {
  readonly url: string;
  readonly application: string;
  /** A table with one column of integers. */
  readonly table: string;
  readonly state: string;
  readonly act: Act;
}

/** Says that the state is there, and then stays or dies. Where others may let it go on, it returns. */
function perform(act: Act): void {
  do {
    try {
      awaitlet(async.stay());
    } catch (error) {
      if (act !== "goes on") throw error;
    }
  } while (act === "goes on");
  die(act);
}

function insert(conn: Connection, table: string): void {
  conn.execute(sql`insert into ${sql.id(table)} values (1)`);
}

function inState(engine: Engine, { table, state, act }: Order): void {
  using conn = engine.connect();
  switch (state) {
    case "in a statement":
      conn.execute(sql`select pg_sleep(60)`);
      return;
    case "waiting for a connection":
      conn.begin(() => {});
      return;
    case "in a script":
      conn.script(`insert into ${table} values (1); select pg_sleep(60)`);
      return;
    case "waiting for a lock":
      conn.begin(() => conn.execute(sql`lock table ${sql.id(`${table}_locked`)}`));
      return;
    case "in a transaction":
      conn.begin(() => {
        insert(conn, table);
        perform(act);
        insert(conn, table);
      });
      return;
    case "in a stream":
      for (const { id } of conn.stream<{ id: number }>(sql`select generate_series(1, 100000) as id`, {
        batch: 10,
      })) {
        if (id === 10) perform(act);
      }
      return;
    case "in a COPY": {
      const rows = function* () {
        yield [1];
        perform(act);
        yield [2];
      };
      conn.copyFrom(sql`copy ${sql.id(table)} from stdin`, rows());
      return;
    }
    default: {
      using messages = engine.listen("faults");
      awaitlet(async.mark());
      for (const _ of messages);
    }
  }
}

/** Has the thread, and all that it needs, be there. */
export function warmsUp(): void {
  awaitlet(async.works());
}

export function connected(order: Order): void {
  const { url, application: applicationName } = order;
  using engine = createEngine(url, { applicationName, poolSize: 1 });
  inState(engine, order);
}
