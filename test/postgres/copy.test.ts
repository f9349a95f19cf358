import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import { runChild } from "../support/child.ts";
import { isServerThere, onServer, url } from "../support/postgres.ts";
import { root, runsFile, name as runtime } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const copying = blockingModule<typeof import("./copy/copying.ts")>(
  new URL("./copy/copying.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: COPY");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;
const place = { url, table: `awaitlet_copy_${process.pid}_${runtime}` };

test("set up", async () => {
  await within(copying.setUp(place));
});

const hostile = [
  "",
  " ",
  "\\N",
  "\\.",
  "NULL",
  "null",
  "nil",
  "\t",
  "\n",
  "\r\n",
  "\r",
  "\b\f\v",
  "\\",
  "\\\\n",
  "\\x41",
  '"',
  '""',
  "'",
  ",",
  ";",
  "|",
  "a|b;c,d\te\nf\\g\"h'i",
  "\u{1f600}é☃\u{10ffff}\ufeff",
  "\ufeff",
  "'; drop table x; --",
  "\u0001\u001f\u007f",
  "x".repeat(3000),
];

for (const [format, options] of [
  ["text", ""],
  ["csv", ""],
  ["csv", "(format csv)"],
  ["csv", "(header)"],
  ["csv", "csv delimiter ';' null 'NULL' quote '''' escape E'\\\\'"],
  ["csv", "with delimiter ';'"],
  ["text", "(delimiter '|', null '\\nil')"],
  ["csv", "(format csv, force_quote *)"],
] as const) {
  test(`hostile values, in and out, ${format} ${options}`, async () => {
    const rows = hostile.map((text, i) => [i, text, i % 2 === 0 ? null : text]);
    const asked = options.replace("(format csv, force_quote *)", "(format csv)");
    const { told, out, stored, counted } = (await within(
      copying.bothWays(place, asked, rows, format),
    )) as Record<string, unknown>;
    assert.is(told, rows.length);
    assert.is(counted, rows.length);
    assert.equal(stored, rows);
    assert.equal(
      out,
      rows.map(([id, ...texts]) => [String(id), ...texts]),
    );
  });
}

test("a value that looks like the null of the COPY is no null for the server either", async () => {
  const rows = [[1, "nil", null]];
  const { stored } = (await within(copying.bothWays(place, "(null 'nil')", rows))) as { stored: unknown };
  assert.equal(stored, rows);
});

test("rows, text and bytes, whole and in pieces", async () => {
  assert.equal(await within(copying.sources(place)), [
    [0, []],
    [0, []],
    [2, [1, 2]],
    [2, [1, 2]],
    [1, [1]],
    [1, [1]],
    [3, [1, 2, 3]],
    [1, [1]],
    [1, [1]],
  ]);
});

test("a server that is behind, and then has caught up", async () => {
  assert.is(await within(copying.slowly(url)), 10_090);
});

test("values arrive as what they are", async () => {
  assert.equal(await within(copying.values(url)), [
    {
      i: "9007199254740993",
      f: "-0",
      b: "true",
      t: "1709210096.789000",
      d: "\\x005cff",
      a: "{1,NULL,3}",
      s: ['a"b', "c\\d", "e,f", "NULL", ""],
      j: { a: ["\t\n\\"] },
      n: null,
    },
  ]);
});

for (const inTransaction of [false, true]) {
  const where = inTransaction ? "in a transaction" : "outside a transaction";

  test(`${where}: what fails leaves the table as it was, and the connection usable`, async () => {
    assert.equal(await within(copying.fails(place, inTransaction)), [
      ["RangeError no more", 0],
      ["TypeError copy from rows: row 1, column 1: it is undefined; give null where there is no value", 0],
      ["UniqueViolation 23505", 0],
      ["DataError 22P02", 0],
      ["DataError 22P04", 0],
      ["DataError 22021", 0],
      ["ProgrammingError 42P01", 0],
      ["ProgrammingError 42601", 0],
    ]);
  });

  onServer(test)(`${where}: a COPY that is left is cancelled, and all goes on`, async () => {
    const each = [true, undefined, "kept", true];
    assert.equal(await within(copying.leave(url, inTransaction)), [...each, ...each, ...each]);
  });
}

test("what is no COPY that way is refused", async () => {
  const said = await within(copying.refused(place));
  const expected = [
    /^TypeError: copy: the query is no COPY from stdin; write it as/,
    /^TypeError: copy: the query has values, and Postgres takes none in a COPY;/,
    /^TypeError: run a query: a string is no query;/,
    /^TypeError: copy: the query is no COPY to stdout; write it as/,
    /^TypeError: copy: there is another statement behind the COPY;/,
    /^TypeError: copy to rows: the COPY is in binary;/,
    /^ProgrammingError: relation "no_such_table" does not exist/,
    /^TypeError: copy: the SQL says the format csv, and the call says text; give \{ format: "csv" \}, or leave it out/,
    /^TypeError: copy: there is no option "from"; write "format"\?/,
    /^TypeError: copy from text: a line of the source holds nothing but \\\.,/,
    /^TypeError: copy from text: a line of the source holds nothing but \\\.,/,
    /^TypeError: run a query: execute\(\) does not copy; use copyFrom/,
    /^TypeError: run a query: execute\(\) does not copy; use copyFrom/,
    /^TypeError: run the statement of row 0: run a query: execute\(\) does not copy;/,
    /^DatabaseError: could not open file/,
    /^1,2,3$/,
  ];
  assert.is(said.length, expected.length);
  for (const [i, message] of said.entries()) assert.match(message, expected[i] as RegExp);
});

test("while it copies the connection does nothing else", async () => {
  const said = await within(copying.occupied(place));
  assert.is(said.length, 4);
  for (const each of said.slice(0, 3)) assert.match(each, /^use a connection: a COPY is under way on it;/);
  assert.is(said[3], "done");
});

onServer(test)("a connection that is given back in the middle of a COPY", async () => {
  const [said, count] = (await within(copying.abandon(place))) as [string, number];
  assert.match(said, /COPY from stdin failed: the connection was given back/);
  assert.is(count, 0);
});

onServer(test)("a task that is cancelled while it copies leaves nothing", async () => {
  const reason = new Error("enough");
  const controller = new AbortController();
  const task = asyncDef.with({ signal: controller.signal })(
    copying.waits,
    place,
    () => new Promise(() => {}),
  );
  setTimeout(() => controller.abort(reason), 300);
  assert.is(await rejection(task), reason);
  const found = (await within(copying.bothWays(place, "", []))) as { stored: unknown[] };
  assert.equal(found.stored, []);
});

for (const pieces of [1, 20]) {
  onServer(test)(
    `a task is cancelled although the server is busy with the COPY of ${pieces} MB`,
    async () => {
      const reason = new Error("enough");
      const controller = new AbortController();
      const task = asyncDef.with({ signal: controller.signal })(copying.stuck, url, pieces);
      setTimeout(() => controller.abort(reason), 1000);
      assert.is(await rejection(task), reason);
    },
  );
}

onServer(test)("the same on the loop", async () => {
  await using engine = createAsyncEngine(url);
  await using conn = await engine.connect();
  const table = sql.id(place.table);
  await conn.execute(sql`truncate ${table}`);
  async function* rows() {
    for (let i = 0; i < 1000; i++) yield [i, `a\t${i}`, null];
  }
  const copyIn = sql`copy ${table} from stdin`;
  assert.is(await conn.copyFrom(copyIn, rows()), 1000);
  assert.is(await conn.copyFrom(copyIn, [[1001, "b", null]]), 1);
  assert.is(await conn.copyFrom(copyIn, new Blob(["1002\tc\t\\N\n"]).stream()), 1);
  async function* failing() {
    yield [2000, "x", null];
    throw new RangeError("no more");
  }
  assert.instance(await rejection(conn.copyFrom(copyIn, failing())), RangeError);
  const output = conn.copyTo(sql`copy ${table} to stdout`, { format: "csv" });
  let bytes = 0;
  for await (const chunk of output) bytes += chunk.length;
  assert.is(output.rowCount, 1002);
  const found: unknown[] = [];
  for await (const row of output.rows()) found.push(row);
  assert.equal(found[999], ["999", "a\t999", null]);
  assert.is(found.length, 1002);
  assert.ok(bytes > 8000);
  for await (const _ of conn.copyTo(sql`copy (select generate_series(1, 100000000)) to stdout`)) break;
  assert.is((await conn.execute(sql`select 'again'`)).scalar(), "again");
});

onServer(test)("a million rows in, and out again byte for byte, in flat memory", async () => {
  const [program, ...args] = runsFile("test/postgres/copy/million.ts");
  if (runtime === "node") args.unshift("--max-semi-space-size=1");
  if (runtime === "deno") args.splice(1, 0, "--v8-flags=--max-semi-space-size=1");
  const { stdout, output } = await runChild([program, ...args, url], { cwd: root, seconds: 90 });
  assert.match(stdout, /^\{/, output);
  const { rows, grown } = JSON.parse(stdout);
  assert.equal(rows, [1_000_000, 1_000_000, true]);
  // Each way they take 180 MiB.
  assert.ok(grown < 130, `grown by ${grown} MiB`);
});

test("clear up", async () => {
  await within(copying.tearDown(place));
});

suiteOfAll.run();
