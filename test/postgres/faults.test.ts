import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import {
  ConnectionError,
  DatabaseError,
  DeadlockDetected,
  type NotNullViolation,
  PoolTimeout,
  SerializationFailure,
  UniqueViolation,
} from "../../src/postgres/mod.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";
import { refusalsIn } from "./faults/refusals.ts";

const refused = blockingModule<typeof import("./faults/refused.ts")>(
  new URL("./faults/refused.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: what the server refuses");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const schema = `awaitlet_faults_${process.pid}_${name}`;
const place = { url, schema };

test("set up", async () => {
  await within(refused.setUp(place));
});

for (const [what, expected, message] of refusalsIn(schema)) {
  test(`its class and fields: ${what}`, async () => {
    const { message: said, name: _, ...fields } = await within(refused.refusal(place, what));
    assert.equal(fields, expected);
    assert.match(String(said), message);
  });
}

test("the same where the task's promise is awaited", async () => {
  const error = await rejection(refused.refuse(place, "unique"));
  assert.instance(error, UniqueViolation);
  assert.instance(error, DatabaseError);
  const { code, table, constraint, stack } = error as UniqueViolation;
  assert.equal([code, table, constraint], ["23505", "book", "book_title_key"]);
  assert.match(stack ?? "", "refused.ts");
  assert.match(stack ?? "", "faults.test.ts");
  assert.is(((await rejection(refused.refuse(place, "notNull"))) as NotNullViolation).column, "title");
});

test("caught within a savepoint, the transaction goes on", async () => {
  assert.is(await within(refused.insertOrFind(place)), "found 1");
});

test("caught without one, it does not: it says so, and does not pretend to commit", async () => {
  const [first, second, last, ...rest] = await within(refused.goOnAfterFailure(place));
  assert.is(first, "DataError 22012 division by zero");
  assert.match(second as string, /^DatabaseError 25P02 current transaction is aborted/);
  assert.match(
    last as string,
    /^commit a transaction: one of its statements had failed, so the server rolled it back/,
  );
  assert.equal(rest, []);
});

test("a statement that takes too long", async () => {
  const [code, message, isSame] = await within(refused.timeOut(place));
  assert.is(code, "57014");
  assert.match(message as string, /^canceling statement due to statement timeout/);
  assert.is(isSame, true);
});

test("a pool that has no connection left in time", async () => {
  const error = await rejection(refused.exhaust(place));
  assert.instance(error, PoolTimeout);
  assert.instance(error, ConnectionError);
  const { code, message } = error as PoolTimeout;
  assert.is(code, "POOL_TIMEOUT");
  assert.match(
    message,
    /: all 1 connections of the pool were in use for 0\.05 s; give them back sooner, or use/,
  );
});

test("a lock that another has", async () => {
  assert.equal(await within(refused.lockNowait(place)), ["55P03", "ERROR"]);
});

/** Lets tasks wait for each other, once. */
function meeting(size: number): () => Promise<void> {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  let came = 0;
  return () => {
    came += 1;
    if (came === size) open();
    return opened;
  };
}

/** What became of tasks that cannot both succeed: one does, the other rejects with this. */
async function loser(tasks: PromiseLike<void>[]): Promise<unknown> {
  const settled = await within(Promise.allSettled(tasks));
  const rejected = settled.filter((one) => one.status === "rejected");
  assert.is(rejected.length, 1);
  return rejected[0]?.reason;
}

test("a deadlock: one of two goes on, the other is told", async () => {
  const meet = meeting(2);
  const error = await loser([refused.lockBoth(place, [1, 2], meet), refused.lockBoth(place, [2, 1], meet)]);
  assert.instance(error, DeadlockDetected);
  const { code, detail, message } = error as DeadlockDetected;
  assert.is(code, "40P01");
  assert.is(message, "deadlock detected");
  assert.match(detail ?? "", /^Process \d+ waits for \w+ on transaction \d+; blocked by process \d+\./);
});

test("two that could not have run one after the other: one goes on, and so does the other when it tries again", async () => {
  const meet = meeting(2);
  const error = await loser([refused.addUp(place, 11, meet), refused.addUp(place, 12, meet)]);
  assert.instance(error, SerializationFailure);
  const { code, detail, hint } = error as SerializationFailure;
  assert.is(code, "40001");
  assert.match(detail ?? "", /^Reason code: /);
  assert.is(hint, "The transaction might succeed if retried.");
  await within(refused.addUp(place, 13, async () => {}));
});

test("clear up", async () => {
  await within(refused.tearDown(place));
});

suiteOfAll.run();
