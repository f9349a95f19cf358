import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { createAsyncEngine, sql } from "../../src/postgres/mod.ts";
import * as badServers from "../support/bad_servers.ts";
import { runChild } from "../support/child.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { root, runsFile } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";
import { textsOf } from "./faults/texts.ts";

const secrets = blockingModule<typeof import("./faults/secrets.ts")>(
  new URL("./faults/secrets.ts", import.meta.url),
);

const suiteOfAll = suite("postgres: the password is not told");
const test = (await isServerThere()) ? suiteOfAll : suiteOfAll.skip;

/** One that looks different when it is encoded. */
const PASSWORD = "s3cr3t/w:rd";

function withPassword(of: string): string {
  const changed = new URL(of);
  changed.password = PASSWORD;
  return changed.href;
}

/** The middle of it stands in every form that it may take. */
function tellNothing(texts: string[]): void {
  for (const text of texts) assert.not.match(text, /s3cr3t/, text);
}

test("by what blocking code catches", async () => {
  const texts = await within(secrets.textsOfFailures(withPassword(url)));
  assert.ok(texts.length > 50, `${texts.length} texts`);
  assert.ok(
    texts.some((text) => text.includes("select")),
    "the statement is told",
  );
  tellNothing(texts);
});

for (const [what, start] of [
  ["refuses it", () => badServers.refusing("28P01", "password authentication failed")],
  ["hangs up", badServers.hangingUp],
  ["is silent", badServers.silent],
] as const) {
  test(`by a connection that fails: the server ${what}`, async () => {
    const server = await start();
    try {
      const of = withPassword(`postgres://bob@127.0.0.1:${server.port}/test`);
      tellNothing(await within(secrets.textsOfFailures(of, { connectTimeout: 100 }), 30));
      const engine = createAsyncEngine(of, { connectTimeout: 100 });
      tellNothing(textsOf(await rejection(engine.begin(() => {}))));
    } finally {
      await server.close();
    }
  });
}

test("by what the task rejects with", async () => {
  tellNothing(textsOf(await rejection(secrets.fail(withPassword(url)))));
});

test("by the async engine, its connections and its errors", async () => {
  const engine = createAsyncEngine(withPassword(url));
  const error = await rejection(
    engine.begin(async (conn) => {
      tellNothing(textsOf([engine, conn, await conn.execute(sql`select 1`)]));
      await conn.execute(sql`select ${"a value"} frm x`);
    }),
  );
  tellNothing(textsOf(error));
  await engine.dispose();
});

test("by the objects themselves, and by echo", async () => {
  const program = runsFile("test/postgres/faults/secrets_program.ts");
  const { code, output } = await runChild([...program, withPassword(url)], { cwd: root, seconds: 30 });
  assert.is(code, 0, output);
  assert.match(output, "select $1::text as value");
  assert.match(output, '["a value"]');
  tellNothing([output]);
});

suiteOfAll.run();
