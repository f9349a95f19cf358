/** The matrix of Postgres: ways to end a connection or its task × what it is in. */

import process from "node:process";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { poolOf } from "../../src/blocking_threads.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import { ask, url } from "../support/postgres.ts";
import { name as runtime } from "../support/this_runtime.ts";
import {
  ANSWERED,
  type Cell,
  DIED,
  type Ended,
  GRACE,
  LONG_GRACE,
  NONE,
  OWN_ERROR,
  REASON,
  reason,
  settle,
  until,
} from "./cells.ts";
import type { Act } from "./logic.ts";
import { place } from "./logic_async.ts";

const logic = blockingModule<typeof import("./postgres_logic.ts")>(
  new URL("./postgres_logic.ts", import.meta.url),
);

const TABLE = "Postgres";
const LOST = "ConnectionError";
const TIMEOUT = 500;

const WAYS: Readonly<Record<string, Act>> = {
  "connection killed": "stays",
  throws: "throws",
  "process.exit()": "exits",
  aborted: "stays",
  "aborted, goes on": "goes on",
  timeout: "stays",
  "pool terminated": "stays",
};

const STATES: Readonly<Record<string, readonly string[]>> = {
  "in a statement": [LOST, NONE, NONE, REASON, NONE, "TimeoutError", DIED],
  "in a script": [LOST, NONE, NONE, REASON, NONE, "TimeoutError", DIED],
  "waiting for a lock": [LOST, NONE, NONE, REASON, NONE, "TimeoutError", DIED],
  // The one that is waited for is killed, and its holder gives it back: there is a new one then.
  "waiting for a connection": [ANSWERED, NONE, NONE, REASON, NONE, "TimeoutError", DIED],
  "in a transaction": [LOST, OWN_ERROR, DIED, REASON, DIED, "TimeoutError", DIED],
  "in a stream": [LOST, OWN_ERROR, DIED, REASON, DIED, "TimeoutError", DIED],
  "in a COPY": [LOST, OWN_ERROR, DIED, REASON, DIED, "TimeoutError", DIED],
  listening: [LOST, NONE, NONE, REASON, NONE, "TimeoutError", DIED],
};

const table = `awaitlet_faults_${process.pid}_${runtime}`;
let cells = 0;

interface Backend {
  readonly pid: number;
  readonly state: string;
  readonly query: string;
}

async function backends(application: string): Promise<Backend[]> {
  const rows = await ask(
    `select pid, state, query from pg_stat_activity where application_name = $1 and state is not null`,
    [application],
  );
  return rows as unknown as Backend[];
}

/** How the server says that a state is there, where blocking code is parked in it. */
const ARRIVED: Readonly<Record<string, RegExp>> = {
  "in a statement": /pg_sleep/,
  "in a script": /pg_sleep/,
  "waiting for a lock": /^lock table/,
};

async function arrive(state: string, application: string, threads: BlockingThreads): Promise<void> {
  const query = ARRIVED[state];
  if (state === "waiting for a connection") await until(() => threads.stats().parked === 1, state);
  else if (query === undefined) await until(() => place.at !== undefined, state);
  else await until(async () => (await runningIn(application)).some((one) => query.test(one.query)), state);
}

/** The connections on which something runs, or a transaction is open. */
async function runningIn(application: string): Promise<Backend[]> {
  return (await backends(application)).filter(({ state }) => state !== "idle");
}

/** Holds what a task waits for. What it gives lets it go. */
async function hold(state: string, application: string): Promise<() => Promise<void>> {
  const waitsForLock = state === "waiting for a lock";
  if (!waitsForLock && state !== "waiting for a connection") return async () => {};
  // With the same options it has the pool that the task has.
  const applicationName = waitsForLock ? `${application}_holder` : application;
  const engine = createAsyncEngine(url, { applicationName, poolSize: 1 });
  const conn = await engine.connect();
  const transaction = await conn.begin();
  await conn.execute(sql`lock table ${sql.id(`${table}_locked`)}`);
  return async () => {
    await transaction.rollback();
    await conn.close();
    await engine.dispose();
  };
}

async function run(state: string, way: string): Promise<Ended> {
  const threads = new BlockingThreads({ max: 1 });
  const application = `${table}_${++cells}`;
  let release = await hold(state, application);
  try {
    const controller = new AbortController();
    const cancels = way === "timeout" ? { timeout: TIMEOUT } : { signal: controller.signal };
    const grace = way === "aborted, goes on" ? GRACE : LONG_GRACE;
    const def = asyncDef.with({ threads, grace, ...cancels });
    await asyncDef.with({ threads })(logic.warmsUp);
    place.at = undefined;
    const act = WAYS[way] as Act;
    const begun = performance.now();
    const settled = settle(def(logic.connected, { url, application, table, state, act })).then((outcome) => ({
      outcome,
      at: performance.now(),
    }));
    // A timeout may come before the state on a busy machine.
    await Promise.race([
      arrive(state, application, threads),
      way === "timeout" ? settled : new Promise(() => {}),
    ]);
    const pids = (await backends(application)).map(({ pid }) => pid);
    const from = way === "timeout" ? begun + TIMEOUT : performance.now();
    if (way === "connection killed") {
      await ask(`select pg_terminate_backend(pid) from unnest('{${pids.join()}}'::int[]) as pid`);
      place.release();
      if (state === "waiting for a connection") {
        await release();
        release = async () => {};
      }
    } else if (way.startsWith("aborted")) controller.abort(reason);
    else if (way === "pool terminated") threads.terminate();
    else if (way !== "timeout") place.release();
    const { outcome, at } = await settled;
    let ms = Math.max(0, at - from);
    if (state === "waiting for a connection") return { outcome, ms };
    // The server is to be rid of it as well.
    if ((await runningIn(application)).length > 0) {
      await until(async () => (await runningIn(application)).length === 0, "the server is rid of it");
      ms = performance.now() - from;
    }
    await until(() => poolOf(threads).held.tasks === 0, "all tasks have ended");
    const [kept] = await ask(`select count(*)::int as count from ${table}`);
    return { outcome: kept?.count === 0 ? outcome : `${outcome}, and ${kept?.count} rows are stored`, ms };
  } finally {
    threads.terminate();
    await release();
  }
}

/** What there must be in the database; what it gives takes that away. */
export async function setUpPostgres(): Promise<() => Promise<void>> {
  await ask(`create table ${table} (id int)`);
  await ask(`create table ${table}_locked (id int)`);
  return async () => {
    await ask(`drop table ${table}`);
    await ask(`drop table ${table}_locked`);
  };
}

/** The cells of the matrix. */
export function postgresCells(): Cell[] {
  return Object.entries(STATES).flatMap(([state, outcomes]) =>
    Object.keys(WAYS).map((way, i) => ({
      table: TABLE,
      state,
      way,
      expected: outcomes[i] as string,
      run: () => run(state, way),
    })),
  );
}
