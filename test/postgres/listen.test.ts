import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { createAsyncEngine } from "../../src/postgres/mod.ts";
import { isServerThere, onServer, url } from "../support/postgres.ts";
import { name } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const listening = blockingModule<typeof import("./listen/listening.ts")>(
  new URL("./listen/listening.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: listen and notify");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

const application = `awaitlet_listen_${process.pid}_${name}`;
const place = { url, application };
const own = `l${process.pid}${name}`;

async function noListeners(): Promise<void> {
  for (let i = 0; i < 100 && (await listening.openListeners(place)) !== 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.is(await listening.openListeners(place), 0);
}

const payloads = ["", "a", 'it\'s "so"; -- \\ $1', "\u{1f600}\n\t", "x".repeat(7999)];

for (const channel of [own, "select", `it's "so"; -- ${own}`, `é \u{1f600} \\ ${own}`, "x".repeat(63)]) {
  test(`what is sent on ${channel} from then on comes, as it was`, async () => {
    assert.equal(await within(listening.echo(place, channel, payloads)), payloads);
  });
}

test("many at once, in order", async () => {
  const many = Array.from({ length: 500 }, (_, i) => String(i));
  assert.equal(await within(listening.echo(place, own, many)), many);
});

test("it ends when nothing has come for as long, and listens no more", async () => {
  const { found, ms, again } = (await within(listening.timesOut(place, own, 300))) as {
    found: string[];
    ms: number;
    again: unknown[];
  };
  assert.equal([found, again], [["one"], []]);
  assert.ok(ms >= 300 && ms < 5000, `${ms} ms`);
  assert.equal(await within(listening.timesOut(place, own, 0)).then(({ again }) => again), []);
  await noListeners();
});

test("a transaction sends when it commits", async () => {
  assert.equal(await within(listening.transactional(place, own)), ["committed", ""]);
});

onServer(test)("several share a connection, which ends with the last", async () => {
  assert.equal(await within(listening.several(place, own)), {
    found: ["lower", "upper", "second", "lower", "second"],
    counts: [1, 0],
  });
  await noListeners();
});

onServer(test)("a connection that is lost is told, and listening again is possible", async () => {
  const said = (await within(listening.lose(place, own))) as string[];
  assert.equal([said[0], said[1], said[3]], ["before", "ConnectionError", "after"]);
  assert.match(
    said[2] as string,
    /^listen: the connection to Postgres at \S+ was lost, and notifications may/,
  );
});

test("a task that waits can be cancelled, and it listens no more", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const task = asyncDef.with({ signal: controller.signal })(listening.waitsForEver, place, own);
  setTimeout(() => controller.abort(reason), 300);
  assert.is(await rejection(task), reason);
  await noListeners();
});

test("a thread that dies listens no more", async () => {
  assert.is(((await rejection(listening.die(place, own))) as Error).name, "ThreadDied");
  await noListeners();
});

test("what cannot be listened to is refused", async () => {
  const said = await within(listening.refused(place));
  for (const each of said.slice(0, 2)) assert.match(each, /^TypeError: quote an identifier: /);
  for (const each of said.slice(2, 4))
    assert.match(each, /^TypeError: listen: the name of the channel has more/);
  for (const each of said.slice(4))
    assert.match(each, /^RangeError: listen: timeout is .*; it must be a number/);
  await noListeners();
});

test("the same on the loop", async () => {
  await using engine = createAsyncEngine(url, { applicationName: application });
  await using conn = await engine.connect();
  const found: string[] = [];
  for await (const { payload } of await engine.listen(own, { timeout: 300 })) found.push(payload);
  const notifications = await engine.listen(own, { timeout: 5000 });
  await conn.notify(own, "a");
  await conn.notify(own, "b");
  for await (const { payload } of notifications) {
    found.push(payload);
    if (payload === "b") break;
  }
  assert.equal(found, ["a", "b"]);
  await notifications.close();
});

test("two who iterate over the same notifications share them", async () => {
  await using engine = createAsyncEngine(url, { applicationName: application });
  await using conn = await engine.connect();
  await using notifications = await engine.listen(own, { timeout: 5000 });
  const first = async () => {
    for await (const { payload } of notifications) return payload;
    return "none";
  };
  const both = Promise.all([first(), first()]);
  await conn.notify(own, "a");
  assert.ok((await within(both)).includes("a"));
});

test("clear up", async () => {
  await within(listening.dispose(place));
  await noListeners();
  await within(listening.dispose(place));
});

suiteOfAll.run();
