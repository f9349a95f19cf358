import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import { ask, isServerThere, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";
import { ways } from "./streams_lost/midway.ts";

const midway = blockingModule<typeof import("./streams_lost/midway.ts")>(
  new URL("./streams_lost/midway.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: streams and copies that end midway");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const application = `awaitlet_midway_${process.pid}_${name}`;
const place = { url, options: { poolSize: 1, poolTimeout: 10_000, applicationName: application } };

for (const way of ways) {
  test(`${way}: the connection is lost`, async () => {
    assert.equal(await within(midway.lose(place, way), 30), ["ConnectionError", "again"]);
  });

  test(`${way}: its thread dies, and its connection goes to others`, async () => {
    assert.is(((await rejection(midway.die(place, way))) as Error).name, "ThreadDied");
    assert.is(await within(midway.liveOn(place)), "alive");
  });

  test(`${way}: its thread dies, and the connection that it was lent goes on`, async () => {
    await using engine = createAsyncEngine(url, place.options);
    await using conn = await engine.connect();
    assert.is(((await rejection(conn.runSync(midway.dieWith, way))) as Error).name, "ThreadDied");
    assert.is(await within(conn.execute(sql`select 'alive'`).then((result) => result.scalar())), "alive");
  });
}

test("a stream that is abandoned on a connection that was lent", async () => {
  await using engine = createAsyncEngine(url, place.options);
  await using conn = await engine.connect();
  assert.is(await within(conn.runSync(midway.abandonWith)), false);
  assert.is(await within(conn.execute(sql`select 'alive'`).then((result) => result.scalar())), "alive");
});

test("nothing is left open", async () => {
  const left = async () => {
    const [row] = await ask(
      "select count(*)::int as n from pg_stat_activity where application_name = $1 and pid <> pg_backend_pid()",
      [application],
    );
    return row?.n;
  };
  for (let i = 0; i < 100 && (await left()) !== 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  assert.is(await left(), 0);
});

suiteOfAll.run();
