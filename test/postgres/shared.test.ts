// Statements of many tasks share few connections; each connection is as new for whoever has it next.

import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule, NoAwaitOccurred } from "../../mod.ts";
import { createAsyncEngine, DataError, sql } from "../../src/postgres/mod.ts";
import { backendsOf, untilBackends, untilNone } from "../support/activity.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const sharing = blockingModule<typeof import("./shared/sharing.ts")>(
  new URL("./shared/sharing.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: shared connections");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const application = `awaitlet_shared_${process.pid}_${name}`;
const placeOf = (poolSize: number, more: object = {}) => ({
  url,
  options: { applicationName: application, poolSize, ...more },
});

/** Waits until one of the connections waits for a lock. */
const untilWaiting = () =>
  untilBackends(
    application,
    (backends) => backends.some(({ state, query }) => state === "active" && query.includes("'read'")),
    "a read waits",
  );

async function end(...places: ReturnType<typeof placeOf>[]): Promise<void> {
  for (const place of places) await within(sharing.dispose(place));
  await untilNone(application);
}

const ways: [what: string, run: typeof sharing.divide][] = [
  ["by themselves", sharing.divide],
  ["on connections", sharing.divideOn],
];

for (const [what, run] of ways) {
  test(`50 tasks on 3 connections, and an error of one harms no other: ${what}`, async () => {
    const place = placeOf(3);
    const numbers = Array.from({ length: 50 }, (_, i) => i % 5);
    const outcomes = await within(Promise.allSettled(numbers.map((number) => run(place, number))), 60);
    outcomes.forEach((outcome, i) => {
      const number = i % 5;
      if (outcome.status === "fulfilled") assert.is(outcome.value, Math.trunc(100 / number));
      else {
        assert.instance(outcome.reason, DataError);
        assert.is(number, 0);
      }
    });
    assert.is(outcomes.filter(({ status }) => status === "rejected").length, 10);
    const backends = await backendsOf(application);
    assert.ok(backends.length >= 1 && backends.length <= 3, `${backends.length} connections`);
    await end(place);
  });
}

test("on the loop: many statements at once, by themselves", async () => {
  const engine = createAsyncEngine(url, placeOf(3).options);
  const outcomes = await within(
    Promise.allSettled(
      Array.from({ length: 200 }, (_, i) => engine.scalar(sql`select 100 / ${i % 10}::int, ${"é"}::text`)),
    ),
  );
  outcomes.forEach((outcome, i) => {
    if (outcome.status === "fulfilled") assert.is(outcome.value, Math.trunc(100 / (i % 10)));
    else assert.is(i % 10, 0);
  });
  assert.equal((await engine.scalars(sql`select x from (values (1), (2)) as v (x)`)).all(), [1, 2]);
  assert.is((await engine.execute(sql`select 1 where false`)).rowCount, 0);
  assert.ok((await backendsOf(application)).length <= 3);
  await engine.dispose();
  await untilNone(application);
});

test("nothing is asked for where nothing is run", async () => {
  const options = { assertAwaitOccurs: true };
  const error = await rejection(asyncDef.with(options)(sharing.useNothing, placeOf(1)));
  assert.instance(error, NoAwaitOccurred);
  assert.equal(await backendsOf(application), []);
});

test("single statements read and write, in order", async () => {
  const place = placeOf(2);
  assert.equal(await within(sharing.singles(place, `${application}_singles`)), {
    added: 2,
    ids: [1, 2],
    none: undefined,
    row: { data: "b" },
  });
  await end(place);
});

for (const way of ["connection", "transaction", "single"] as const) {
  test(`what was set in a session is not there for the next one: ${way}`, async () => {
    const place = placeOf(1);
    const [before, after] = await within(sharing.leaks(place, way));
    // On the very connection.
    assert.equal(after, before);
    await end(place);
  });
}

test("what was set in a session stays for as long as its connection is in use", async () => {
  const place = placeOf(2);
  assert.is(await within(sharing.keeps(place)), 42);
  assert.is(await within(sharing.prepares(placeOf(1))), "prepared twice");
  await end(place, placeOf(1));
});

test("a connection is given back with the next statement, or with the end of the task", async () => {
  const place = placeOf(1);
  const pids = await within(sharing.oneAfterTheOther(place));
  assert.equal(pids, pids.fill(pids[0]));
  assert.is(await within(sharing.leave(place)), pids[0]);
  assert.is(await within(sharing.pidOf(place)), pids[0]);
  await end(place);
});

for (const size of [1, 2]) {
  test(`where few connections are left, one that is closed is given back at once: ${size}`, async () => {
    const place = placeOf(size);
    const others: unknown[] = [];
    const first = await within(
      sharing.closeAndWait(place, async () => {
        const engine = createAsyncEngine(place.url, place.options);
        const connections = await Promise.all(Array.from({ length: size }, () => engine.connect()));
        for (const conn of connections) {
          others.push((await within(conn.execute(sql`select pg_backend_pid()`))).scalar());
        }
        await Promise.all(connections.map((conn) => conn.close()));
      }),
    );
    assert.ok(others.includes(first));
    assert.is(new Set(others).size, size);
    await end(place);
  });
}

test("a lock that a connection holds is given up when it is closed", async () => {
  const place = placeOf(10);
  let isFree: unknown;
  await within(
    sharing.lockCloseAndWait(place, async () => {
      const engine = createAsyncEngine(place.url, place.options);
      isFree = await within(engine.scalar(sql`select pg_try_advisory_xact_lock(4712)`));
    }),
  );
  assert.is(isFree, true);
  await end(place);
});

test("a read that waits for a lock does not hold up those behind it, maybe for ever", async () => {
  const place = placeOf(3);
  const table = `${application}_locked`;
  await within(sharing.createTable(place, table));
  const waiting: Promise<unknown>[] = [];
  const found = await within(
    sharing.lockAndRead(place, table, async () => {
      waiting.push(sharing.read(place, table));
      await untilWaiting();
    }),
  );
  assert.equal(found, [1, 2, 3, 4, 5]);
  assert.equal(await within(Promise.all(waiting)), [[]]);
  await within(sharing.dropTable(place, table));
  await end(place);
});

test("a task that is aborted in a read has that cancelled, and no other", async () => {
  const place = placeOf(3);
  const table = `${application}_aborted`;
  await within(sharing.createTable(place, table));
  const controller = new AbortController();
  const { signal } = controller;
  let behind: Promise<unknown[]> | undefined;
  await within(
    sharing.lockAndRead(place, table, async () => {
      const failing = rejection(asyncDef.with({ signal })(sharing.read, place, table));
      await untilWaiting();
      behind = Promise.all([1, 2, 3, 4, 6, 7, 8, 9].map((number) => sharing.divide(place, number)));
      controller.abort(new Error("enough"));
      assert.is(((await failing) as Error).message, "enough");
      const isCancelled = (backends: { state: string; query: string }[]) =>
        !backends.some(({ state, query }) => state === "active" && query.includes("'read'"));
      await untilBackends(application, isCancelled, "the read is cancelled");
    }),
  );
  assert.equal(await behind, [100, 50, 33, 25, 16, 14, 12, 11]);
  await within(sharing.dropTable(place, table));
  await end(place);
});

suiteOfAll.run();
