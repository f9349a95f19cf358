import { execFileSync } from "node:child_process";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, blockingModule } from "../../mod.ts";
import { type Cluster, createCluster, serverPrograms } from "../support/cluster.ts";
import { ask } from "../support/postgres.ts";
import { rejection, within } from "../support/within.ts";
import { type Certificate, makeCertificate } from "./tls/certificate.ts";

const logic = blockingModule<typeof import("./tls/logic.ts")>(new URL("./tls/logic.ts", import.meta.url));

const suiteOfAll = suite("postgres: TLS");
const programs = serverPrograms();
const test = programs === undefined ? suiteOfAll.skip : suiteOfAll;

let certificate: Certificate;
let server: Cluster;

/** The numbers of the user that the server runs as where this is root. */
function serversUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ["-u", "-g"].map((flag) =>
    Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" })),
  );
  return { uid: uid as number, gid: gid as number };
}

test("set up", async () => {
  certificate = makeCertificate(serversUser());
  server = await createCluster(programs ?? "", certificate.settings);
  await server.start();
});

const encrypted = [true, true, 5000];
const plain = [false, true, 5000];

test("with a server that speaks TLS", async () => {
  const { url } = server;
  assert.equal(await within(logic.connects(url, undefined)), plain);
  assert.equal(await within(logic.connects(url, false)), plain);
  for (const mode of ["require", "allow", "prefer"] as const) {
    assert.equal(await within(logic.connects(url, mode)), encrypted);
    assert.equal(await within(logic.connects(`${url}?sslmode=${mode}`, undefined)), encrypted);
  }
  assert.equal(await within(logic.connects(`${url}?sslmode=require`, false)), plain);
  assert.equal(await within(logic.connects(`${url}?sslmode=disable`, undefined)), plain);
});

test("the server's certificate is checked where that is asked for", async () => {
  const refused =
    /^ConnectionError: connect to Postgres at \S+: .*certificate.*; give the certificate of its authority as ssl: \{ ca \}, or use ssl: "require" to trust whoever answers$/i;
  for (const mode of [true, "verify-full"] as const) {
    assert.match(String(await within(logic.connects(server.url, mode))), refused);
  }
  assert.match(String(await within(logic.connects(`${server.url}?sslmode=verify-full`, undefined))), refused);
  assert.equal(await within(logic.connects(server.url, { ca: certificate.pem })), encrypted);
  const wrongName = { ca: certificate.pem, servername: "elsewhere.example" };
  assert.match(String(await within(logic.connects(server.url, wrongName))), /^ConnectionError: /);
});

test("a statement is cancelled over TLS too", async () => {
  const controller = new AbortController();
  const rejected = rejection(asyncDef.with({ signal: controller.signal })(logic.sleep, server.url));
  const sleeping = async () =>
    (await ask("select 1 from pg_stat_activity where wait_event = 'PgSleep'", [], server.url)).length;
  while ((await within(sleeping())) === 0) await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort(new Error("enough"));
  assert.is(((await rejected) as Error).message, "enough");
  const end = Date.now() + 10_000;
  while ((await within(sleeping())) > 0) assert.ok(Date.now() < end);
});

test("over a socket in the file system, which needs none", async () => {
  const [shown] = await ask("show unix_socket_directories", [], server.url);
  const folder = encodeURIComponent(String(shown?.unix_socket_directories));
  const url = server.url.replace("127.0.0.1", folder);
  assert.equal(await within(logic.connects(url, undefined)), [false, true, 5000]);
});

test("with a server that does not", async () => {
  await server.remove();
  server = await createCluster(programs ?? "");
  await server.start();
  assert.equal(await within(logic.connects(server.url, "prefer")), plain);
  assert.match(
    String(await within(logic.connects(server.url, "require"))),
    /^ConnectionError: connect to Postgres at \S+: the server does not speak TLS; switch that on there, or use ssl: false$/,
  );
});

test("clear up", async () => {
  await server.remove();
  certificate.remove();
});

suiteOfAll.run();
