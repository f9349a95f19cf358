import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { createAsyncEngine, type LockKey } from "../../src/postgres/mod.ts";
import { ask, isServerThere, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const locking = blockingModule<typeof import("./locks/locking.ts")>(
  new URL("./locks/locking.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: advisory locks");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const application = `awaitlet_locks_${process.pid}_${name}`;
const place = { url, application };

async function waiting(): Promise<unknown> {
  const [row] = await ask(
    "select count(*)::int as n from pg_locks join pg_stat_activity using (pid) where locktype = 'advisory' and not granted and application_name = $1",
    [application],
  );
  return row?.n;
}

/** Waits until as many wait for a lock. */
async function untilWaiting(count: number): Promise<void> {
  for (let i = 0; i < 100 && (await waiting()) !== count; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.is(await waiting(), count);
}

// Other runtimes test against the same server at the same time.
const own = `${application} it's "so" \u{1f600}`;
const keys: LockKey[] = [process.pid, -process.pid, BigInt(process.pid) << 32n, own, ""];

for (const key of keys) {
  test(`${typeof key} ${key}: held within the block, and no longer`, async () => {
    assert.equal(await within(locking.scoped(place, key)), [1, 0]);
    assert.equal(await within(locking.scoped(place, key, { shared: true })), [1, 0]);
  });

  test(`${typeof key} ${key}: exclusive and shared`, async () => {
    assert.equal(await within(locking.contend(place, key)), {
      underExclusive: [false, false],
      free: [true, true],
      underShared: [false, true],
    });
  });
}

test("a name is locked as hashtextextended() of it", async () => {
  assert.is(await within(locking.ofName(place, own)), false);
});

test("in a transaction that failed it is released with the rollback", async () => {
  assert.equal(await within(locking.failedTransaction(place)), ["22012", 0, "22012", 0]);
});

test("a connection that is given back keeps none", async () => {
  assert.is(await within(locking.forget(place)), 0);
});

test("who waits gets it when it is released", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding = locking.hold(place, own, () => released);
  // It holds it when another one waits.
  const waits = locking.waitFor(place, own);
  const first = await Promise.race([waits, untilWaiting(1)]);
  release();
  assert.is(first ?? (await within(waits)), "got it");
  await within(holding);
});

test("a task that waits can be cancelled, and leaves nothing", async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  let holds = () => {};
  const held = new Promise<void>((resolve) => {
    holds = resolve;
  });
  const holding = locking.hold(place, own, () => {
    holds();
    return released;
  });
  await within(held);
  const reason = new Error("enough");
  const controller = new AbortController();
  const waits = asyncDef.with({ signal: controller.signal })(locking.waitFor, place, own);
  waits.catch(() => {});
  await untilWaiting(1);
  controller.abort(reason);
  assert.is(await rejection(waits), reason);
  await untilWaiting(0);
  release();
  await within(holding);
  assert.equal(await within(locking.scoped(place, own)), [1, 0]);
});

test("a thread that dies holds none", async () => {
  assert.is(((await rejection(locking.die(place, own))) as Error).name, "ThreadDied");
  assert.is(await within(locking.waitFor(place, own)), "got it");
});

test("what is no key is refused", async () => {
  const said = await within(locking.refused(place));
  for (const each of said.slice(0, 3))
    assert.match(each, /^RangeError: lock: the key is .*; give an integer of/);
  for (const each of said.slice(3))
    assert.match(each, /^TypeError: lock: the key is of type .*; give a number/);
});

test("the same on the loop", async () => {
  await using engine = createAsyncEngine(url, { applicationName: application });
  await using conn = await engine.connect();
  await using other = await engine.connect();
  {
    await using lock = await conn.advisoryLock(own);
    assert.ok(lock);
    assert.is(await other.advisoryLock(own, { wait: false }), undefined);
  }
  assert.ok(await other.advisoryLock(own, { wait: false }));
});

test("clear up", async () => {
  await within(locking.dispose(place));
});

suiteOfAll.run();
