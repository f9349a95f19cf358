import { setTimeout as sleep } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { postgres } from "../../deps.ts";
import { blockingModule } from "../../mod.ts";
import { backendsOf, untilNone } from "../support/activity.ts";
import { type Cluster, createCluster, serverPrograms } from "../support/cluster.ts";
import { ask } from "../support/postgres.ts";
import { within } from "../support/within.ts";
import type { Bank, Tally } from "./bank/tellers.ts";

const tellers = blockingModule<typeof import("./bank/tellers.ts")>(
  new URL("./bank/tellers.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: the bank");
const programs = serverPrograms();
const test = programs === undefined ? suiteOfAll.skip : suiteOfAll;

const ACCOUNTS = 100;
const TELLERS = 8;
const TRANSFERS = 2000;
const APPLICATION = "awaitlet_bank";

let server: Cluster;
let bank: Bank;

test("set up", async () => {
  // An index even for a hundred rows: a scan of the whole table would conflict with every transfer.
  server = await createCluster(programs ?? "", ["enable_seqscan=off", "deadlock_timeout=50ms"]);
  await server.start();
  bank = {
    url: server.url,
    options: { poolSize: TELLERS, applicationName: APPLICATION },
    accounts: ACCOUNTS,
  };
  await within(tellers.establish(bank));
});

/** Kills one of the bank's backends every 200 ms, until told to stop; gives how many it killed. */
async function killBackends(stop: AbortSignal): Promise<number> {
  const sql = postgres(server.url, { max: 1, onnotice() {} });
  let killed = 0;
  try {
    while (!stop.aborted) {
      await sleep(200);
      const rows = await sql`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = ${APPLICATION} order by random() limit 1`;
      killed += rows.length;
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
  return killed;
}

test("8 tellers do 2,000 transfers each, while a backend is killed every 200 ms", async () => {
  const stop = new AbortController();
  const killing = killBackends(stop.signal);
  const start = performance.now();
  let tallies: Tally[];
  try {
    const serving = Array.from({ length: TELLERS }, (_, teller) => tellers.serve(bank, teller, TRANSFERS));
    tallies = await within(Promise.all(serving), 200);
  } finally {
    stop.abort();
  }
  const seconds = (performance.now() - start) / 1000;
  const killed = await killing;
  const sum = (key: keyof Tally) => tallies.reduce((total, tally) => total + tally[key], 0);
  // So that it has shown something: on a machine that is busy with other things the killer comes late.
  assert.ok(killed > seconds, `${killed} backends were killed in ${seconds} s`);
  assert.ok(sum("lost") > 0, "a transfer was tried again because its connection was lost");
  assert.ok(sum("conflicts") > 0, "a transfer was tried again because of another");
});

test("no transfer is lost, none is doubled", async () => {
  const [books] = await ask(
    `with moved as (
       select source as id, -amount as amount from ledger union all select target, amount from ledger
     )
     select (select sum(balance)::int from account) as total,
       (select count(*)::int from ledger) as transfers,
       (select count(*)::int from account where balance <> 1000 + coalesce(
         (select sum(amount) from moved where moved.id = account.id), 0)) as wrong`,
    [],
    server.url,
  );
  assert.equal(books, { total: ACCOUNTS * 1000, transfers: TELLERS * TRANSFERS, wrong: 0 });
});

test("no connection is left open", async () => {
  const { length } = await backendsOf(APPLICATION, server.url);
  assert.ok(length <= TELLERS, `${length} connections`);
  await within(tellers.close(bank));
  await untilNone(APPLICATION, server.url);
});

test("clear up", async () => {
  await server.remove();
});

suiteOfAll.run();
