// close() of engines, on the loop and in blocking code: it takes no more, waits for what runs or breaks it off, and no connection is left.

import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { ConnectionError, createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import { backendsOf, untilBackends, untilNone, untilRunning } from "../support/activity.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const working = blockingModule<typeof import("./close/working.ts")>(
  new URL("./close/working.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: close()");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

let count = 0;
/** Options that no other test has: no pool is shared. */
const newOptions = () => ({
  poolSize: 2,
  applicationName: `awaitlet_close_${process.pid}_${name}_${++count}`,
});
const CLOSED = /^use an engine: that of Postgres at .* was closed; create another one/;

/** A promise that is resolved from outside. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test("it waits for what runs, in blocking code too, takes no more, and leaves no connection", async () => {
  const options = newOptions();
  const engine = createAsyncEngine(url, options);
  await using holding = createAsyncEngine(url, newOptions());
  await using holder = await holding.connect();
  const key = process.pid * 10 + ["node", "deno", "bun"].indexOf(name);
  await holder.execute(sql`select pg_advisory_lock(${key})`);
  const runs = [
    working.waitsForLock(engine.engine, key),
    engine.begin((conn) => conn.execute(sql`select pg_advisory_xact_lock_shared(${key})`)),
  ];
  await untilBackends(
    options.applicationName,
    (backends) => backends.filter(({ state }) => state === "active").length === 2,
    "both run",
  );
  // It waits for a connection.
  const waits = engine.begin(async (conn) => (await conn.execute(sql`select 7`)).scalar());
  const closing = engine.close();
  const refused = await rejection(engine.execute(sql`select 1`));
  assert.instance(refused, ConnectionError);
  assert.is((refused as ConnectionError).code, "ENGINE_CLOSED");
  assert.match((refused as Error).message, CLOSED);
  await holder.execute(sql`select pg_advisory_unlock(${key})`);
  await within(closing);
  await untilNone(options.applicationName);
  assert.is(await within(runs[0] as Promise<unknown>), 1);
  await within(runs[1] as Promise<unknown>);
  assert.is(await within(waits), 7);
  for (const use of [
    () => engine.connect(),
    () => engine.listen("channel"),
    () => engine.begin(() => {}),
    () => working.sleeps(engine.engine, 0),
  ]) {
    assert.match(((await rejection(use())) as Error).message, CLOSED);
  }
  await within(engine.close());
});

test("a transaction that has begun goes on, and close() waits for its end", async () => {
  const options = newOptions();
  const engine = createAsyncEngine(url, options);
  const began = gate();
  const closing = gate();
  const task = working.transaction(engine.engine, () => {
    began.open();
    return closing.opened;
  });
  await within(began.opened);
  let isClosed = false;
  const closed = engine.close().then(() => {
    isClosed = true;
  });
  await assert.match(((await rejection(engine.execute(sql`select 1`))) as Error).message, CLOSED);
  assert.not(isClosed);
  closing.open();
  assert.equal(await within(task), [1, 2]);
  await within(closed);
  await untilNone(options.applicationName);
});

test("an engine that the loop closes is closed on the threads that know it", async () => {
  const engine = createAsyncEngine(url, newOptions());
  await using unmade = await engine.connect();
  const said = await within(working.usesAfter(engine.engine, () => engine.close()));
  assert.is(said.length, 6);
  for (const message of said) assert.match(message, CLOSED);
  assert.match(((await rejection(unmade.execute(sql`select 1`))) as Error).message, CLOSED);
});

test("blocking code closes its engine, and no connection is left", async () => {
  const options = newOptions();
  const said = await within(working.closesItsOwn(url, options));
  assert.is(said.length, 5);
  for (const message of said) assert.match(message, CLOSED);
  await untilNone(options.applicationName);
});

test("other engines of the same settings go on, and so does one that is made later", async () => {
  const options = newOptions();
  const threads = new BlockingThreads({ max: 1 });
  const on = asyncDef.with({ threads });
  assert.equal(await within(on(working.closesOneOfTwo, url, options)), [2, 3]);
  // The thread and the loop knew the ones before.
  assert.equal(await within(on(working.closesOneOfTwo, url, options)), [2, 3]);
  await untilNone(options.applicationName);
  await within(threads.close());
});

test("with force what runs is broken off at once, on the server too, and who waits for a connection is refused", async () => {
  const options = newOptions();
  const engine = createAsyncEngine(url, options);
  const runs = [working.sleepsWriting(engine.engine, 600), engine.execute(sql`select pg_sleep(600)`)].map(
    (promise) => rejection(promise),
  );
  await untilBackends(
    options.applicationName,
    (backends) => backends.filter(({ state }) => state === "active").length === 2,
    "two run",
  );
  runs.push(rejection(engine.begin((conn) => conn.execute(sql`select 1`))));
  await within(engine.close({ force: true }));
  for (const error of await within(Promise.all(runs))) {
    assert.instance(error, ConnectionError);
    assert.match((error as Error).message, /its engine was closed by force/);
  }
  await untilNone(options.applicationName);
  assert.match(((await rejection(engine.execute(sql`select 1`))) as Error).message, CLOSED);
});

test("force cuts short a close() that waits", async () => {
  const options = newOptions();
  const engine = createAsyncEngine(url, options);
  const failing = rejection(working.sleepsWriting(engine.engine, 600));
  await untilRunning(options.applicationName, "pg_sleep");
  const closing = engine.close();
  await within(engine.close({ force: true }));
  await within(closing);
  assert.instance(await failing, ConnectionError);
});

test("a task that has a connection in use is told, instead of waiting for itself", async () => {
  const options = newOptions();
  const [first, second, third] = await within(working.closesInUse(url, options));
  assert.match(first ?? "", /^close an engine: this task has a connection of it in use/);
  assert.is(second, "closed");
  assert.match(third ?? "", /its engine was closed by force/);
  await untilNone(options.applicationName);
});

test("so is one whose async code closes the engine within its transaction, and both go on", async () => {
  const options = newOptions();
  const engine = createAsyncEngine(url, options);
  const refused = (await rejection(working.transaction(engine.engine, () => engine.close()))) as Error;
  assert.match(refused.message, /^close an engine: this task has a connection of it in use/);
  assert.is(await within(engine.scalar(sql`select 1`)), 1);
  await within(engine.close());
  await untilNone(options.applicationName);
});

test("what is listened to by the engine ends, what is by another goes on", async () => {
  const options = newOptions();
  const engine = createAsyncEngine(url, options);
  const other = createAsyncEngine(url, options);
  const channel = `close_${process.pid}_${name}`;
  const goesOn = await engineListens(other, channel);
  const ended = gate();
  const blocking = working.listens(engine.engine, async () => ended.open());
  const notifications = await engine.listen(channel);
  await untilRunningListener(options.applicationName);
  const heard: string[] = [];
  const loop = (async () => {
    for await (const { payload } of notifications) heard.push(payload);
  })();
  await within(engine.close());
  await within(loop);
  await within(ended.opened);
  assert.is(await within(blocking), 0);
  await other.execute(sql`select pg_notify(${channel}, ${"later"})`);
  const { value } = await within(goesOn.next());
  assert.is(value?.payload, "later");
  assert.equal(heard, []);
  await goesOn.return();
  await within(other.close());
  await untilNone(options.applicationName);
});

async function engineListens(engine: ReturnType<typeof createAsyncEngine>, channel: string) {
  return (await engine.listen(channel))[Symbol.asyncIterator]();
}

/** Waits until the blocking code listens too: its channel was the last to be asked for. */
async function untilRunningListener(application: string): Promise<void> {
  await untilBackends(
    application,
    (backends) => backends.some(({ query }) => /^listen "close_\d+"$/.test(query)),
    "the blocking code listens",
  );
}

test("options that there are not are refused, and dispose() leaves an engine in use as before", async () => {
  const options = newOptions();
  const engine = createAsyncEngine(url, options);
  assert.instance(await rejection(engine.close({ forced: true } as never)), TypeError);
  await within(engine.execute(sql`select 1`));
  await within(engine.dispose());
  await untilNone(options.applicationName);
  assert.is(await within(engine.scalar(sql`select 5`)), 5);
  assert.is((await backendsOf(options.applicationName)).length, 1);
  await within(engine.close());
  await untilNone(options.applicationName);
});

suiteOfAll.run();
