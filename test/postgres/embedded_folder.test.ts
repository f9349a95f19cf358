import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { postgres } from "../../deps.ts";
import { ConnectionError, createAsyncEngine, pgliteSocket, sql } from "../../src/postgres/mod.ts";
import { runChild } from "../support/child.ts";
import { root, runsFile } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const test = suite("postgres: embedded databases");
const parent = mkdtempSync(join(tmpdir(), "awaitlet_embedded_"));
const folder = join(parent, "data", "notes");
const url = `pglite:${folder}`;
const lock = join(folder, "awaitlet.pid");

async function run(file: string, ...args: string[]): Promise<string> {
  const command = runsFile(join("test", "postgres", "embedded_folder", file));
  const { output, milliseconds } = await runChild([...command, url, ...args], { cwd: root, seconds: 60 });
  // A timer of Postgres' would keep it for ten seconds and more.
  if (args[0] === undefined) assert.ok(milliseconds < 30_000, `it took ${milliseconds} ms`);
  return output.trim();
}

test("a folder keeps the data, and the program ends by itself", async () => {
  assert.is(await run("program.ts"), '["left"]');
  assert.not(existsSync(lock));
  assert.is(await run("plain.ts"), '["left","plain"]');
});

test("a program that was killed leaves what it had committed, and its folder is free", async () => {
  await run("program.ts", "kill");
  assert.ok(existsSync(lock));
  assert.is(await run("program.ts"), '["left","plain","kill","left"]');
});

test("a second process is refused while the first has it open, and not thereafter", async () => {
  const engine = createAsyncEngine(url);
  assert.is(await within(engine.scalar(sql`select count(*)::int from note`), 60), 4);
  assert.match(
    await run("program.ts"),
    new RegExp(
      `^ConnectionError: open an embedded Postgres: the process ${process.pid} has the database in \\S+ open, and PGlite has one session; close it there, or remove \\S+awaitlet\\.pid if that process has`,
    ),
  );
  await within(engine.close());
  assert.not(existsSync(lock));
  assert.match(await run("program.ts"), /^\["left"/);
});

test("another thread of this process is refused", async () => {
  writeFileSync(lock, String(process.pid));
  const error = (await rejection(createAsyncEngine(url).execute(sql`select 1`), 60)) as ConnectionError;
  assert.instance(error, ConnectionError);
  assert.is(error.code, "EMBEDDED_IN_USE");
  assert.match(error.message, /another thread of this process has the database in \S+ open/);
  rmSync(lock);
});

test("a folder that cannot be used, and a URL that names none", async () => {
  const file = join(parent, "file");
  writeFileSync(file, "");
  const error = await rejection(createAsyncEngine(`pglite:${file}`).execute(sql`select 1`));
  assert.match(String(error), /^ConnectionError: open an embedded Postgres: the folder \S+ cannot be used/);
  assert.is(readFileSync(file, "utf8"), "");
  for (const wrong of ["pglite://host/db", "pglite:memory://x", "pglite:?application_name=x"]) {
    assert.throws(
      () => createAsyncEngine(wrong),
      /names no folder; write it as pglite: for a database in mem/,
    );
  }
});

test("two engines take turns with the session, and one that waits too long is told", async () => {
  const patient = createAsyncEngine("pglite:", { poolSize: 7 });
  const hasty = createAsyncEngine("pglite:", { poolTimeout: 50 });
  await within(patient.execute(sql`create table turn (i int)`), 60);
  await hasty.execute(sql`select 1`);
  const error = await within(
    patient.begin(async (conn) => {
      await conn.execute(sql`insert into turn values (1)`);
      return await rejection(hasty.execute(sql`insert into turn values (2)`));
    }),
  );
  assert.match(String(error), /another connection has had the one session of PGlite for 0.05 s/);
  await within(hasty.execute(sql`insert into turn values (3)`));
  assert.equal((await patient.execute(sql`select i from turn order by i`)).scalars().all(), [1, 3]);
  const waiting = within(
    Promise.all(
      [1, 2].map((i) => patient.begin((conn) => conn.execute(sql`insert into turn values (${i})`))),
    ),
  );
  await waiting;
  assert.is(await patient.scalar(sql`select count(*)::int from turn`), 4);
});

test("what listens hears of what any connection sends, and outlives the reset of a session", async () => {
  const engine = createAsyncEngine("pglite:");
  const notifications = await within(engine.listen("embedded", { timeout: 5000 }), 60);
  await engine.begin((conn) => conn.execute(sql`set search_path = pg_catalog`));
  await using conn = await engine.connect();
  await conn.execute(sql`set search_path = pg_catalog`);
  await conn.close();
  await engine.begin((tx) => tx.notify("embedded", "hello"));
  for await (const { payload } of notifications) {
    assert.is(payload, "hello");
    break;
  }
});

test("postgres.js itself: queries, errors, COPY and LISTEN", async () => {
  const driver = postgres({
    user: "postgres",
    onnotice() {},
    ...({ socket: () => pgliteSocket("pglite:") } as object),
  });
  assert.is((await driver`select ${2}::int as two`)[0]?.two, 2);
  await driver`create table driven (i int)`;
  assert.is(((await rejection(driver`selec`)) as { code?: string }).code, "42601");
  const copy = await driver`copy driven from stdin`.writable();
  copy.write("1\n2\n");
  copy.end("3\n");
  await within(new Promise((resolve) => copy.on("finish", resolve)));
  const heard: string[] = [];
  await driver.listen("driven", (payload) => heard.push(payload));
  await driver.begin(async (tx) => {
    await tx`insert into driven values (4)`;
    await tx`notify driven, 'four'`;
  });
  assert.is((await driver`select sum(i)::int as sum from driven`)[0]?.sum, 10);
  assert.equal(heard, ["four"]);
  await driver.end();
});

test("clear up", () => {
  rmSync(parent, { recursive: true, force: true });
});

test.run();
