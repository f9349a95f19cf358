import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { addressOf, parseConnectionUrl } from "../../src/postgres/base/connection_url.ts";
import { createAsyncEngine, createEngine, sql } from "../../src/postgres/mod.ts";
import { targetOf } from "../../src/postgres/protocol/connection_target.ts";
import * as badServers from "../support/bad_servers.ts";
import { type Cluster, createCluster, serverPrograms } from "../support/cluster.ts";
import { isServerThere, url as serverUrl } from "../support/postgres.ts";
import { rejection, within } from "../support/within.ts";

const suiteOfAll = suite("postgres: connection URLs");
const test = suiteOfAll;

const urls: [url: string, parts: Record<string, string>][] = [
  ["postgres://", {}],
  ["postgresql://", {}],
  ["postgres:///shop", { dbname: "shop" }],
  ["postgres://host", { host: "host" }],
  ["postgres://:5433", { port: "5433" }],
  ["postgres://bob@", { user: "bob" }],
  ["postgres://bob:pass@h:1/db", { user: "bob", password: "pass", host: "h", port: "1", dbname: "db" }],
  [
    "postgres://b%40b:p%2Fa%3Ass@h/d%20b%2F%C3%BC%2541",
    { user: "b@b", password: "p/a:ss", host: "h", dbname: "d b/ü%41" },
  ],
  ["postgres://bob:p@ss#word@h/db", { user: "bob", password: "p@ss#word", host: "h", dbname: "db" }],
  ["postgres://[::1]:5433/db", { host: "::1", port: "5433", dbname: "db" }],
  ["postgres://a,b:2,[fe80::1]:3/db", { host: "a,b,fe80::1", port: ",2,3", dbname: "db" }],
  ["postgres://%2Fvar%2Frun/db", { host: "/var/run", dbname: "db" }],
  ["postgres:///db?host=/tmp&port=5433&user=ann", { dbname: "db", host: "/tmp", port: "5433", user: "ann" }],
  ["postgres://h/db?dbname=other", { host: "h", dbname: "other" }],
  [
    "postgres://h?sslmode=require&application_name=a%26b",
    { host: "h", sslmode: "require", application_name: "a&b" },
  ],
  ["postgres://h?options=-c+work_mem%3D1MB", { host: "h", options: "-c work_mem=1MB" }],
  ["postgres://h?ssl=true", { host: "h", sslmode: "require" }],
];

test("their parts, decoded", () => {
  for (const [url, parts] of urls) assert.equal(parseConnectionUrl(url), parts, url);
});

const refused: [url: string, message: RegExp][] = [
  ["", /the URL is malformed/],
  ["postgres:", /the URL is malformed/],
  ["host=h dbname=db", /the URL is malformed/],
  ["postgres://h:port/db", /the URL is malformed/],
  ["postgres://[::1/db", /the URL is malformed/],
  ["http://h/db", /the URL begins with "http:"/],
  ["postgres://h/%zz", /a % that begins no character/],
  [
    "postgres://h?ssl_mode=require",
    /the URL has a parameter "ssl_mode", which there is not; write "sslmode", or leave it out/,
  ],
  ["postgres://h?work_mem=1MB", /a parameter "work_mem", which there is not; .*options=-c name=value$/],
  ["postgres://h?poolSize=5", /a parameter "poolSize"/],
  [
    "postgres://h?sslmode=requir",
    /has "sslmode" as "requir"; write one of disable, allow, prefer, require, verify-ca, verify-full$/,
  ],
  ["postgres://h?channel_binding=yes", /write one of disable, prefer, require$/],
  ["postgres://h?target_session_attrs=master", /write one of any, read-write/],
  ["postgres://h?require_auth=scram-sha-256", /asks by "require_auth" for what cannot be done here/],
  ["postgres://h?gssencmode=require", /asks by "gssencmode"/],
  ["postgres://b%00b@h", /a NUL character in its "user"/],
  ["postgres://b:s3cr3t%00@h", /a NUL character in its "password"/],
  ["postgres://h/d%00b", /a NUL character in its "dbname"/],
  ["postgres://h?application_name=a%00b", /a NUL character in its "application_name"/],
  ["postgres://h?options=-c%20a%00", /a NUL character in its "options"/],
];

test("what there is not is refused when the engine is made, and named, without the secrets", () => {
  for (const [url, message] of refused) {
    for (const create of [createEngine, createAsyncEngine]) {
      try {
        create(url);
        assert.unreachable(url);
      } catch (error) {
        assert.is((error as Error).name, "ConnectionError", `${url}: ${error}`);
        assert.match((error as Error).message, /^connect to Postgres: /);
        assert.match((error as Error).message, message);
        assert.not.match((error as Error).message, "s3cr3t");
      }
    }
  }
});

test("an application's name that is no text is refused", () => {
  assert.throws(
    () => createAsyncEngine("postgres://h", { applicationName: "a\0work_mem\x001MB" }),
    (error: Error) => error instanceof TypeError && /applicationName holds a NUL/.test(error.message),
  );
  assert.throws(
    () => createAsyncEngine("postgres://h", { applicationName: "a\ud800" }),
    (error: Error) => error instanceof TypeError && /half of a surrogate pair/.test(error.message),
  );
});

test("where they lead, for messages", () => {
  assert.is(addressOf("postgres://"), "localhost:5432");
  assert.is(addressOf("postgres://bob:pw@h:1/db"), "h:1");
  assert.is(addressOf("postgres://[::1]/db"), "[::1]:5432");
  assert.is(addressOf("postgres://%2Ftmp/db"), "/tmp:5432");
  assert.is(addressOf("postgres://a,b:2/db"), "a:5432, b:2");
  assert.is(addressOf("postgres://a,b/db?port=7"), "a:7, b:7");
});

/** What a URL comes to where the environment is this one alone. */
function target(url: string, environment: Record<string, string> = {}) {
  const before = Object.entries(process.env).filter(([name]) => name.startsWith("PG"));
  for (const [name] of before) delete process.env[name];
  Object.assign(process.env, environment);
  try {
    return targetOf({
      url,
      poolSize: 1,
      poolTimeout: 0,
      connectTimeout: undefined,
      statementTimeout: 0,
      prepare: true,
      reset: "discard",
      applicationName: undefined,
      ssl: undefined,
      textTypes: [],
    });
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
    Object.assign(process.env, Object.fromEntries(before));
  }
}

test("the environment says what the URL does not", () => {
  const { attempts, user, database, startup, tls, timeout } = target("postgres://", {
    PGHOST: "one,two",
    PGPORT: "1,2",
    PGUSER: "ann",
    PGPASSWORD: "secret",
    PGDATABASE: "shop",
    PGAPPNAME: "till",
    PGOPTIONS: "-c geqo=off",
    PGTZ: "Asia/Tokyo",
    PGGEQO: "on",
    PGDATESTYLE: "German",
    PGSSLMODE: "require",
    PGCONNECT_TIMEOUT: "3",
    PGTARGETSESSIONATTRS: "prefer-standby",
  });
  assert.equal(
    attempts.map(({ shown, session, password }) => [shown, session, password]),
    [
      ["one:1", "standby", "secret"],
      ["two:2", "standby", "secret"],
      ["one:1", "any", "secret"],
      ["two:2", "any", "secret"],
    ],
  );
  assert.equal([user, database, timeout, tls?.isRequired], ["ann", "shop", 3000, true]);
  assert.equal(startup, {
    application_name: "till",
    options: "-c geqo=off",
    TimeZone: "Asia/Tokyo",
    geqo: "on",
    DateStyle: "ISO",
  });
  const said = target("postgres://bob@h:9/db?sslmode=disable&connect_timeout=0", {
    PGHOST: "one",
    PGUSER: "ann",
    PGDATABASE: "shop",
    PGSSLMODE: "require",
    PGCONNECT_TIMEOUT: "3",
  });
  assert.equal(
    [said.attempts[0]?.shown, said.user, said.database, said.tls],
    ["h:9", "bob", "db", undefined],
  );
  assert.ok(said.timeout > 1e9, "zero is to wait for ever");
  assert.throws(
    () => target("postgres://", { PGSSLMODE: "on" }),
    /the environment's PGSSLMODE has "sslmode" as "on"/,
  );
});

test("a service file, and a password file", () => {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-services-"));
  const [services, passwords] = [join(folder, "services"), join(folder, "passwords")];
  writeFileSync(
    services,
    "# all\n[other]\nhost=x\n\n[shop]\nhost = db.example\nport=6\nuser=till\nsslmode=prefer\n[last]\nhost=y\n",
  );
  writeFileSync(
    passwords,
    "# all\ndb.example:6:*:other:no\ndb.example:6:*:till:pass\\:word\n*:*:*:*:last\n",
    { mode: 0o600 },
  );
  try {
    const environment = { PGSERVICEFILE: services, PGPASSFILE: passwords, PGUSER: "nobody" };
    const found = target("postgres:///db?service=shop", environment);
    assert.equal(
      [
        found.attempts[0]?.shown,
        found.user,
        found.database,
        found.attempts[0]?.password,
        found.tls?.isRequired,
      ],
      ["db.example:6", "till", "db", "pass:word", false],
    );
    assert.is(target("postgres://h", { ...environment, PGSERVICE: "shop" }).attempts[0]?.shown, "h:6");
    assert.is(target("postgres://h", environment).attempts[0]?.password, "last");
    assert.throws(() => target("postgres://?service=none", environment), /there is no service "none"/);
    writeFileSync(services, "[shop]\nhots=x\n");
    assert.throws(
      () => target("postgres://?service=shop", environment),
      /a parameter "hots", .*write "host"/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("roots, and whether a server is looked at", () => {
  const folder = mkdtempSync(join(tmpdir(), "awaitlet-roots-"));
  const roots = join(folder, "roots.crt");
  writeFileSync(roots, "roots");
  try {
    const seen = (query: string) => {
      const { isRequired, options } = target(`postgres://h?${query}`).tls ?? { options: {} };
      return [isRequired, options.ca, options.rejectUnauthorized, options.checkServerIdentity === undefined];
    };
    assert.equal(seen("sslmode=require"), [true, undefined, false, false]);
    assert.equal(seen(`sslmode=require&sslrootcert=${roots}`), [true, "roots", true, false]);
    assert.equal(seen(`sslmode=prefer&sslrootcert=${roots}`), [false, "roots", true, false]);
    assert.equal(seen(`sslmode=verify-ca&sslrootcert=${roots}`), [true, "roots", true, false]);
    assert.equal(seen(`sslmode=verify-full&sslrootcert=${roots}`), [true, "roots", true, true]);
    assert.equal(seen("sslrootcert=system"), [true, undefined, true, true]);
    assert.throws(() => seen("sslmode=require&sslrootcert=system"), /sslmode=require is too weak/);
    assert.throws(
      () => seen("sslmode=require&sslrootcert=/no/where"),
      /the file that sslrootcert names cannot be read/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const isThere = await isServerThere();
const programs = serverPrograms();
const withServer = isThere && programs !== undefined ? suiteOfAll : suiteOfAll.skip;

withServer("several hosts: the first that is there, and has the session that is wanted", async () => {
  const { host, username } = new URL(serverUrl);
  const closed = await badServers.closedPort();
  const refusing = await badServers.refusing("28P01", "password authentication failed");
  const starting = await badServers.refusing("57P03", "the database system is starting up");
  let readOnly: Cluster | undefined;
  const readsOnly = async (hosts: string, query = "") => {
    await using engine = createAsyncEngine(`postgres://${username}@${hosts}/postgres${query}`, {
      poolSize: 1,
    });
    return await within(
      engine.begin(async (conn) => (await conn.execute(sql`show transaction_read_only`)).scalar()),
    );
  };
  try {
    readOnly = await createCluster(programs as string, ["default_transaction_read_only=on"]);
    await readOnly.start();
    const other = new URL(readOnly.url).host;
    assert.is(await readsOnly(`127.0.0.1:${closed},127.0.0.1:${starting.port},${host}`), "off");
    assert.is(await readsOnly(`${other},${host}`), "on");
    assert.is(await readsOnly(`${other},${host}`, "?target_session_attrs=read-write"), "off");
    assert.is(await readsOnly(`${host},${other}`, "?target_session_attrs=read-only"), "on");
    assert.is(await readsOnly(`${host},${other}`, "?target_session_attrs=prefer-standby"), "off");
    const none = await rejection(readsOnly(other, "?target_session_attrs=read-write"));
    assert.match(String(none), /^ConnectionError: connect to Postgres at \S+: its session is not read-write/);
    // A server that refuses the password is there: libpq asks no other either.
    const wrong = await rejection(readsOnly(`127.0.0.1:${refusing.port},${host}`));
    assert.is((wrong as { code?: string }).code, "28P01");
  } finally {
    await refusing.close();
    await starting.close();
    await readOnly?.remove();
  }
});

suiteOfAll.run();
