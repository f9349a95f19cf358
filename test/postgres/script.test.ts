import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { createAsyncEngine, DataError, sql } from "../../src/postgres/mod.ts";
import { ask, isServerThere, onServer, ownDatabase } from "../support/postgres.ts";
import { rejection, within } from "../support/within.ts";

const logic = blockingModule<typeof import("./script/logic.ts")>(
  new URL("./script/logic.ts", import.meta.url),
);
// One thread: an engine lives on its own.
const threads = new BlockingThreads({ min: 1, max: 1 });
const on = asyncDef.with({ threads });

const suiteOfAll = suite("postgres: script");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;
const database = ownDatabase("script");
const { url } = database;
const elsewhere = (text: string) => ask(text, [], url);

test("set up", async () => {
  await database.create();
  await elsewhere(
    "create table kept (id int); create type mood as enum ('glad'); create table outer_one (id int)",
  );
});

test("a result for each statement, its values by their types", async () => {
  const text = `
    create temporary table a (id int, at timestamptz, data jsonb, ids int[], mood mood);
    insert into a values (1, '2024-01-02 03:04:05Z', '{"a": [1]}', '{1,2}', 'glad'), (2, null, null, null, null);;
    -- select 0;
    select *, id > 1 as is_more, 5000000000 as large, '\\x01ff'::bytea as bytes from a order by id;
    update a set id = 3; select ';' as semicolon, $$a;b$$ as quoted /* ; */;
    select 1 where false`;
  const row = { id: 1, at: new Date("2024-01-02T03:04:05Z"), data: { a: [1] }, ids: [1, 2], mood: "glad" };
  const common = { large: 5_000_000_000, bytes: new Uint8Array([1, 255]) };
  assert.equal(await within(on(logic.run, url, text)), [
    [0, []],
    [2, []],
    [
      2,
      [
        { ...row, is_more: false, ...common },
        { id: 2, at: null, data: null, ids: null, mood: null, is_more: true, ...common },
      ],
    ],
    [2, []],
    [1, [{ semicolon: ";", quoted: "a;b" }]],
    [0, []],
  ]);
  for (const nothing of ["", " ; ;", "-- nothing"]) {
    assert.equal(await within(on(logic.run, url, nothing)), []);
  }
  assert.equal(await within(on(logic.runQuery, url, 7)), [["id"], ["relname"]]);
});

test("bodies of functions hold semicolons", async () => {
  const text = `
    create or replace function pg_temp.one() returns int language plpgsql as $f$ begin perform 1; return 1; end; $f$;
    create or replace function two() returns int begin atomic select 1; select 2; end;
    select pg_temp.one(), two()`;
  assert.equal(((await within(on(logic.run, url, text))) as unknown[])[2], [1, [{ one: 1, two: 2 }]]);
});

test("a binary cursor is read as what it is", async () => {
  const text = `begin; declare c binary cursor for select 258 as id, 'a' as name, 1.5::numeric as price; fetch c; commit`;
  const [, , [count, [row]]] = (await within(on(logic.run, url, text))) as [
    unknown,
    unknown,
    [number, Record<string, unknown>[]],
  ];
  assert.equal([count, row?.id, row?.name], [1, 258, new Uint8Array([97])]);
});

test("one that fails undoes all, and says which it was", async () => {
  const then = "select id from kept order by id";
  assert.equal(await within(on(logic.refused, url, "insert into kept values (1); select 1 / 0", then)), [
    ["DataError", "22012", "run statement 2 of a script: division by zero"],
    [],
  ]);
  assert.equal(await within(on(logic.refused, url, "insert into kept values (1);\nselect nothing", then)), [
    [
      "ProgrammingError",
      "42703",
      'column "nothing" does not exist\nline 2: select nothing\n               ^',
    ],
    [],
  ]);
  assert.equal(await within(on(logic.refused, url, "insert into kept values (1); selec 1", then)), [
    [
      "ProgrammingError",
      "42601",
      'syntax error at or near "selec"\nline 1: insert into kept values (1); selec 1\n                                     ^',
    ],
    [],
  ]);
});

test("what the text itself commits is kept; a transaction that it leaves open is rolled back", async () => {
  const text = "begin; insert into kept values (1); commit; insert into kept values (2); select 1 / 0";
  const [, then] = (await within(on(logic.refused, url, text, "select id from kept"))) as unknown[];
  assert.equal(then, [{ id: 1 }]);
  await elsewhere("truncate kept");
  const query = "select count(*)::int from kept";
  assert.equal(await within(on(logic.left, url, "begin; insert into kept values (1)", query)), [0]);
});

test("in a transaction it is a part of it", async () => {
  assert.equal(await within(on(logic.within, url)), [
    0,
    ["RangeError", undefined, "no"],
    0,
    [["DataError", "22012", "run statement 2 of a script: division by zero"], 2],
    2,
  ]);
  await elsewhere("truncate kept");
});

test("statements that the server has kept outlive it", async () => {
  const one = [{ one: 1 }];
  for (const text of ["discard all", "deallocate all", "select 1; deallocate all; select 2"]) {
    assert.equal(await within(on(logic.around, url, text, ["select 1 as one", "select 2 as two"])), [
      [one, [{ two: 2 }]],
      [one, [{ two: 2 }]],
    ]);
  }
  await elsewhere("create table changing (data int); insert into changing values (1)");
  const alter = "select 1; alter table changing alter data type text using 'x' || data; select 2";
  assert.equal(await within(on(logic.around, url, alter, ["select data from changing"])), [
    [[{ data: 1 }]],
    [[{ data: "x1" }]],
  ]);
  const path = `create schema inner_one; create table inner_one.outer_one (id text);
    insert into outer_one values (1); insert into inner_one.outer_one values ('inner'); set search_path = inner_one`;
  assert.equal(await within(on(logic.around, url, path, ["select id from outer_one"])), [
    [[]],
    [[{ id: "inner" }]],
  ]);
});

onServer(test)("the next one who has the connection finds nothing of it", async () => {
  const cases: [text: string, query: string, found: unknown][] = [
    ["select 1; set search_path = inner_one", "show search_path", ['"$user", public']],
    ["select 1; set role pg_monitor; select 2", "select current_user = session_user", [true]],
    ["select 1; create temporary table t (i int)", "select to_regclass('t')", [null]],
    [
      "select 1; prepare p as select 1",
      "select count(*)::int from pg_prepared_statements where name = 'p'",
      [0],
    ],
    [
      "select pg_advisory_lock(7); select 1",
      "select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
      [0],
    ],
    [
      "begin; declare c cursor with hold for select 1; commit",
      "select count(*)::int from pg_cursors where name = 'c'",
      [0],
    ],
    ["select 1; listen a", "select count(*)::int from pg_listening_channels()", [0]],
  ];
  for (const [text, query, found] of cases) {
    assert.equal(await within(on(logic.left, url, text, query)), found, text);
  }
});

test("several statements where one is expected are refused before any effect, by the word script", async () => {
  const text = "insert into kept values (1); insert into kept values (2)";
  const outcomes = (await within(on(logic.severalAsOne, url, text))) as [string, string, string][];
  assert.is(outcomes.length, 5);
  for (const [name, code, message] of outcomes) {
    assert.equal([name, code], ["ProgrammingError", "42601"]);
    assert.match(message, /there are several statements in the text; run .* all together by script\(\)$/);
  }
  assert.equal(await elsewhere("select * from kept"), []);
});

onServer(test)("a COPY from or to the client is refused before any effect", async () => {
  for (const copy of ["copy kept from stdin", "COPY kept (id) TO STDOUT (format csv)"]) {
    const text = `insert into kept values (1); /* ; */ ${copy}; select 1`;
    assert.equal(await within(on(logic.refused, url, text, "select * from kept")), [
      [
        "TypeError",
        undefined,
        "run a script: its statement 2 copies from or to the client; run that by copyFrom() or copyTo()",
      ],
      [],
    ]);
  }
  // In a session with other strings a text may hide one; then the server is told that no data comes.
  const hidden = (copy: string) => `select '\\''; insert into kept values (1); ${copy}; --'`;
  const before = "set standard_conforming_strings = off";
  const query = "select count(*)::int as n from kept";
  assert.equal(await within(on(logic.refused, url, hidden("copy kept from stdin"), query, before)), [
    ["QueryCanceled", "57014", "run statement 3 of a script: COPY from stdin failed: script() does not copy"],
    [{ n: 0 }],
  ]);
  const [results, rows] = (await within(
    on(logic.refused, url, hidden("copy kept to stdout"), query, before),
  )) as [unknown[], unknown];
  assert.equal(results[2], [1, []]);
  assert.equal(rows, [{ n: 1 }]);
  await elsewhere("truncate kept");
});

test("what no server could run is refused here", async () => {
  const outcomes = (await within(on(logic.misused, url))) as [string, unknown, string][];
  for (const [i, said] of [/it has values/, /no text/, /NUL/, /surrogate/].entries()) {
    assert.is(outcomes[i]?.[0], "TypeError");
    assert.match(String(outcomes[i]?.[2]), said);
  }
  assert.equal(outcomes[4], [{ one: 1 }]);
});

onServer(test)("the end of the connection, and an aborted task", async () => {
  const text = "select 1; select pg_terminate_backend(pg_backend_pid()); select 2";
  const [died, then] = (await within(on(logic.refused, url, text, "select 1"))) as [string, string, string][];
  assert.equal([died?.[0], then?.[0]], ["ConnectionError", "ConnectionError"]);
  const controller = new AbortController();
  const task = asyncDef.with({ threads, signal: controller.signal })(logic.sleeps, url, 60);
  const asleep =
    "select count(*)::int as n from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()";
  while ((await elsewhere(asleep))[0]?.n !== 1) await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort(new RangeError("enough"));
  assert.instance(await rejection(task), RangeError);
  while ((await elsewhere(asleep))[0]?.n !== 0) await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(await within(on(logic.sleeps, url, 0)), [
    [1, [{ a: 1 }]],
    [1, [{ pg_sleep: "" }]],
    [1, [{ b: 2 }]],
  ]);
});

test("the same on the loop, between statements that were asked for before and after", async () => {
  await using engine = createAsyncEngine(url, { poolSize: 1, statementTimeout: 2000 });
  await using conn = await engine.connect();
  await conn.execute(sql`set application_name = 'before'`);
  const name = () =>
    conn.execute(sql`select current_setting('application_name') as name`).then((r) => r.scalar());
  const [before, results, after] = await within(
    Promise.all([
      name(),
      conn.script("set application_name = 'between'; select pg_sleep(0.1); set application_name = 'after'"),
      name(),
    ]),
  );
  assert.equal([before, results.map(({ rowCount }) => rowCount), after], ["before", [0, 1, 0], "after"]);
  assert.instance(await rejection(conn.script("select 1; select 1 / 0")), DataError);
  // Each statement has the time that it may take.
  const slow = "select pg_sleep(0.8);".repeat(4);
  assert.is((await within(conn.script(slow))).length, 4);
});

test("clear up", async () => {
  await within(on(logic.done));
  threads.terminate();
  await database.drop();
});

suiteOfAll.run();
