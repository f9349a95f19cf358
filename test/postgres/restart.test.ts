import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { type Cluster, createCluster, serverPrograms } from "../support/cluster.ts";
import { ask } from "../support/postgres.ts";
import { startProxy } from "../support/proxy.ts";
import { name } from "../support/this_runtime.ts";
import { within } from "../support/within.ts";
import type { Place, Said } from "./restart/logic.ts";

const logic = blockingModule<typeof import("./restart/logic.ts")>(
  new URL("./restart/logic.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: the server goes, and comes back");
const programs = serverPrograms();
const test = programs === undefined ? suiteOfAll.skip : suiteOfAll;

let server: Cluster;
let place: Place;
/** What has been committed so far: nothing else may ever be found. */
const committed: string[] = [];

test("set up", async () => {
  server = await createCluster(programs ?? "");
  const url = new URL(server.url);
  url.searchParams.set("application_name", `awaitlet_${name}`);
  place = { url: url.href, options: { poolSize: 3, poolTimeout: 5000 } };
});

/** The next call works, and finds what was committed, no less and no more. */
async function goesOn(): Promise<void> {
  const word = `word ${committed.length}`;
  await within(logic.write(place, word));
  committed.push(word);
  assert.equal(await within(logic.words(place)), committed);
}

function isLost({ name, message }: Said): void {
  assert.is(name, "ConnectionError", message);
  assert.match(message, /^[a-z ]+: the connection to Postgres at \S+ was lost/);
}

/** The processes that serve the engine under test. */
async function backends(): Promise<number[]> {
  const found = await ask(
    "select pid from pg_stat_activity where application_name = $1 order by backend_start",
    [`awaitlet_${name}`],
    server.url,
  );
  return found.map(({ pid }) => Number(pid));
}

async function restart(mode: "fast" | "immediate" | "kill"): Promise<void> {
  await (mode === "kill" ? server.kill() : server.stop(mode));
  await server.start();
}

async function terminate(): Promise<void> {
  for (const pid of await backends()) {
    await ask("select pg_terminate_backend($1, 5000)", [String(pid)], server.url);
  }
}

async function sleeper(): Promise<void> {
  const query = "select 1 from pg_stat_activity where wait_event = 'PgSleep'";
  while ((await ask(query, [], server.url)).length === 0)
    await new Promise((resolve) => setTimeout(resolve, 10));
}

test("down at the start: it says so, each time, and works when it is up", async () => {
  for (let i = 0; i < 2; i++) {
    const { name, code, message } = await within(logic.failToWrite(place));
    assert.is(name, "ConnectionError", message);
    assert.is(code, "ECONNREFUSED");
    assert.match(
      message,
      /^connect to Postgres at 127\.0\.0\.1:\d+: the connection was refused; start Postgres/,
    );
  }
  await server.start();
  await within(logic.setUp(place));
  await goesOn();
});

test("down for a while: it says so until it is up", async () => {
  await server.stop("fast");
  assert.is((await within(logic.failToWrite(place))).code, "ECONNREFUSED");
  await server.start();
  await goesOn();
});

for (const mode of ["fast", "immediate", "kill"] as const) {
  const how = {
    fast: "restarted",
    immediate: "ended as by a crash, and started",
    kill: "killed, and started",
  }[mode];

  test(`${how} while connections are idle`, async () => {
    await Promise.all([1, 2, 3].map(() => within(logic.words(place))));
    await restart(mode);
    await goesOn();
  });

  test(`${how} in a transaction`, async () => {
    const said = await within(logic.writeAround(place, () => restart(mode)));
    assert.is(said.length, 3);
    said.forEach(isLost);
    await goesOn();
  });

  test(`${how} before the commit`, async () => {
    isLost(await within(logic.commitAfter(place, () => restart(mode))));
    await goesOn();
  });

  test(`${how} while a query runs`, async () => {
    const saying = within(logic.sleepThrough(place));
    await within(sleeper());
    await restart(mode);
    isLost(await saying);
    await goesOn();
  });

  test(`${how} outside a transaction`, async () => {
    const [said, next] = await within(logic.outsideTransaction(place, () => restart(mode)));
    isLost(said);
    assert.is(next, "next");
    await goesOn();
  });
}

test("a backend is terminated while it is idle", async () => {
  const [first] = await backends();
  await terminate();
  await goesOn();
  assert.ok(first !== undefined && !(await backends()).includes(first));
});

test("in a transaction", async () => {
  const said = await within(logic.writeAround(place, terminate));
  assert.is(said.length, 3);
  said.forEach(isLost);
  await goesOn();
});

test("before the commit", async () => {
  isLost(await within(logic.commitAfter(place, terminate)));
  await goesOn();
});

test("while a query runs", async () => {
  const saying = within(logic.sleepThrough(place));
  await within(sleeper());
  await terminate();
  isLost(await saying);
  await goesOn();
});

test("while it is idle, and the loop is busy and has not heard of it", async () => {
  await within(logic.words(place));
  const pids = await backends();
  const word = `word ${committed.length}`;
  let begin = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const writing = within(logic.writeInAWhile(place, word, 300, async () => begin()));
  await within(begun);
  for (const pid of pids) process.kill(pid, "SIGTERM");
  const end = performance.now() + 1000;
  while (performance.now() < end);
  await writing;
  committed.push(word);
  await goesOn();
});

test("the connection is lost when the server has committed, before it can say so", async () => {
  const proxy = await startProxy(Number(new URL(server.url).port));
  const url = new URL(place.url);
  url.port = String(proxy.port);
  const through: Place = { ...place, url: url.href };
  const word = `word ${committed.length}`;
  await within(logic.words(through));
  proxy.cutOffAnswerTo("commit");
  const { name, code, message } = await within(logic.failToWrite(through, word));
  assert.is(name, "ConnectionError");
  assert.is(code, "08007");
  assert.match(message, /^commit a transaction: .* was lost .*, so it may be committed or not; look for/);
  committed.push(word);
  assert.equal(await within(logic.words(through)), committed);
  await within(logic.dispose(through));
  await proxy.close();
});

test("there are never more connections than the pool has, and none when it is disposed", async () => {
  await Promise.all(Array.from({ length: 12 }, () => within(logic.words(place))));
  const { length } = await backends();
  assert.ok(length >= 1 && length <= 3, `${length} connections`);
  await within(logic.dispose(place));
  await terminate();
  assert.equal(await backends(), []);
});

test("clear up", async () => {
  await server.remove();
});

suiteOfAll.run();
