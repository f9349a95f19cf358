import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type AsyncConnection,
  ConnectionError,
  createAsyncEngine,
  QueryCanceled,
  sql,
} from "../../src/postgres/mod.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { startProxy, type Proxy as TestProxy } from "../support/proxy.ts";
import { rejection, within } from "../support/within.ts";

const suiteOfAll = suite("postgres: a server that falls silent, and a session that is no longer ours");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

/** Has a connection through a proxy, with a limit for each statement. */
async function through(use: (conn: AsyncConnection, proxy: TestProxy) => Promise<void>): Promise<void> {
  const there = new URL(url);
  const proxy = await startProxy(Number(there.port || 5432));
  there.port = String(proxy.port);
  const engine = createAsyncEngine(there.href, { statementTimeout: 300, connectTimeout: 2000 });
  try {
    const conn = await engine.connect();
    await within(use(conn, proxy));
    await conn.close();
  } finally {
    await proxy.close();
    await engine.dispose();
  }
}

const many = (conn: AsyncConnection) => conn.executeMany((i) => sql`select ${i}::int`, [1, 2, 3]);

const uses: [what: string, use: (conn: AsyncConnection) => Promise<unknown>][] = [
  ["a statement", (conn) => conn.execute(sql`select 2`)],
  ["a statement that ran before", (conn) => conn.execute(sql`select 1`)],
  ["a transaction", (conn) => conn.begin(() => conn.execute(sql`select 2`))],
  ["many statements", many],
  [
    "a stream",
    async (conn) => {
      for await (const _ of conn.stream(sql`select 1`));
    },
  ],
];

for (const [what, use] of uses) {
  test(`a server that falls silent: ${what} fails, and says why`, () =>
    through(async (conn, proxy) => {
      await conn.execute(sql`select 1`);
      await many(conn);
      proxy.fallSilent();
      const error = (await rejection(use(conn))) as ConnectionError;
      assert.instance(error, ConnectionError);
      assert.match(error.message, /was lost \(the server has said nothing for 300 ms and more\)/);
    }));
}

test("a server that takes its time ends the statement itself, and the connection goes on", () =>
  through(async (conn) => {
    const pid = (await conn.execute(sql`select pg_backend_pid()`)).scalar();
    assert.instance(await rejection(conn.execute(sql`select pg_sleep(60)`)), QueryCanceled);
    assert.is((await conn.execute(sql`select pg_backend_pid()`)).scalar(), pid);
  }));

test("without prepared statements the server is asked to cancel it, and the connection goes on", async () => {
  await using engine = createAsyncEngine(url, { statementTimeout: 300, prepare: false });
  await using conn = await engine.connect();
  const pid = (await conn.execute(sql`select pg_backend_pid()`)).scalar();
  assert.instance(await rejection(conn.execute(sql`select pg_sleep(60)`)), QueryCanceled);
  assert.is((await conn.execute(sql`select pg_backend_pid()`)).scalar(), pid);
});

test("the statements of a batch have that time each", () =>
  through(async (conn) => {
    const sleeps = Array.from({ length: 8 }, () => 0.22);
    await conn.executeMany((seconds) => sql`select pg_sleep(${seconds}::float8)`, sleeps);
  }));

test("a longer limit that a statement sets holds", () =>
  through(async (conn) => {
    await conn.execute(sql`set statement_timeout to 0`);
    await conn.execute(sql`select pg_sleep(2)`);
  }));

test("the data of a COPY may be long in coming", () =>
  through(async (conn) => {
    // The server's own limit is off, without our knowing of it.
    await conn.execute(sql`select set_config(${"statement_timeout"}, '0', false)`);
    await conn.execute(sql`create temporary table late (id int)`);
    async function* rows() {
      yield [1];
      await new Promise((resolve) => setTimeout(resolve, 2000));
      yield [2];
    }
    assert.is(await conn.copyFrom(sql`copy late from stdin`, rows()), 2);
  }));

for (const [what, query] of [
  ["set", sql`set client_encoding to latin1`],
  ["set names", sql`set names 'latin1'`],
  ["a function", sql`select set_config('client_encoding', ${"latin1"}, false)`],
] as const) {
  test(`another encoding of the session is refused, by ${what}, and nothing is written in it`, async () => {
    await using engine = createAsyncEngine(url, { poolSize: 1 });
    const conn = await engine.connect();
    const error = (await rejection(conn.execute(query))) as ConnectionError;
    assert.match(error.message, /was lost \(client_encoding was set to LATIN1, and must stay UTF8\)/);
    assert.instance(await rejection(conn.execute(sql`select 'é'`)), ConnectionError);
    await conn.close();
    await engine.begin(async (next) => {
      assert.is((await next.execute(sql`select ${"é€"} || chr(233)`)).scalar(), "é€é");
      await next.execute(sql`set local client_encoding to 'UTF8'`);
    });
  });
}

for (const [reset, expected] of [
  ["discard", "gone"],
  ["none", "kept"],
] as const) {
  test(`what a session was set to, for the next one who has it, with reset: "${reset}"`, async () => {
    await using engine = createAsyncEngine(url, { poolSize: 1, reset });
    const session = sql`select pg_backend_pid() as pid, current_setting('awaitlet.mark', true) as mark`;
    const pid = await engine.begin(async (conn) => {
      await conn.execute(sql`set awaitlet.mark to 'kept'`);
      return (await conn.execute(session)).one().pid;
    });
    const next = await engine.begin(async (conn) => (await conn.execute(session)).one());
    assert.is(next.pid, pid);
    assert.is(next.mark || "gone", expected);
  });
}

suiteOfAll.run();
