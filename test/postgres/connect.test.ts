import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { ConnectionError, createAsyncEngine } from "../../src/postgres/mod.ts";
import * as badServers from "../support/bad_servers.ts";
import { rejection, within } from "../support/within.ts";

const failures = blockingModule<typeof import("./engine/failures.ts")>(
  new URL("./engine/failures.ts", import.meta.url),
);

const test = suite("postgres: connecting");
const quick = { connectTimeout: 500 };

const malformed: [what: string, url: string, message: RegExp][] = [
  ["no URL", "nonsense s3cr3t", /^connect to Postgres: the URL is malformed; write it as postgres:\/\//],
  ["a broken host", "postgres://bob:s3cr3t@[bad/test", /^connect to Postgres: the URL is malformed/],
  [
    "another database's",
    "mysql://bob:s3cr3t@127.0.0.1/test",
    /^connect to Postgres: the URL begins with "mysql:"/,
  ],
  [
    "a password not encoded",
    "postgres://bob:%zzs3cr3t@127.0.0.1/test",
    /the URL holds a % that begins no character.*percent-encoded$/,
  ],
];

for (const [what, url, message] of malformed) {
  test(`a malformed URL: ${what}`, async () => {
    const failure = await within(failures.connectFailure(url));
    assert.match(failure.message, message);
    assert.not.match(failure.message, "s3cr3t");
  });
}

const servers: [what: string, start: () => Promise<badServers.BadServer>, codes: RegExp, message: RegExp][] =
  [
    [
      "a wrong password",
      () => badServers.refusing("28P01", 'password authentication failed for user "bob"'),
      /^28P01$/,
      /: password authentication failed for user "bob"; correct the user and the password in the URL$/,
    ],
    [
      "a server that is full",
      () => badServers.refusing("53300", "sorry, too many clients already"),
      /^53300$/,
      /: sorry, too many clients already; use a smaller pool/,
    ],
    [
      "a server that hangs up",
      badServers.hangingUp,
      /^(CONNECT_TIMEOUT|CONNECTION_CLOSED|EPIPE|ECONNRESET)$/,
      /: (there was no answer in time|the server hung up); see whether it is Postgres that listens there$/,
    ],
    [
      "a server that says nothing",
      badServers.silent,
      /^CONNECT_TIMEOUT$/,
      /: there was no answer in time; see whether it is Postgres that listens there$/,
    ],
    [
      "somebody who speaks in the place of a server before TLS does",
      badServers.speakingInClear,
      /^TLS_ANSWER$/,
      /: somebody added to the server's answer about TLS; see who stands between here and the server$/,
    ],
  ];

for (const [what, start, codes, message] of servers) {
  test(what, async () => {
    const server = await start();
    try {
      const query = start === badServers.speakingInClear ? "?sslmode=require" : "";
      const url = `postgres://bob:s3cr3t@127.0.0.1:${server.port}/test${query}`;
      const failure = await within(failures.connectFailure(url, quick));
      assert.match(failure.message, /^connect to Postgres at 127\.0\.0\.1:\d+: /);
      assert.match(failure.message, message);
      assert.not.match(failure.message, "s3cr3t");
      assert.match(failure.code ?? "", codes);
    } finally {
      await server.close();
    }
  });
}

test("nobody listens", async () => {
  const url = `postgres://bob:s3cr3t@127.0.0.1:${await badServers.closedPort()}/test`;
  const failure = await within(failures.connectFailure(url));
  assert.match(failure.message, /: the connection was refused; start Postgres there, or correct the address/);
  assert.is(failure.code, "ECONNREFUSED");
});

test("an IPv6 address is one, and so is the folder of a socket", async () => {
  const port = await badServers.closedPort();
  const there = await within(failures.connectFailure(`postgres://bob@[::1]:${port}/test`));
  assert.match(there.message, /^connect to Postgres at \[::1\]:\d+: /);
  // What a machine without IPv6 says is another matter.
  assert.match(there.code ?? "", /^(ECONNREFUSED|EADDRNOTAVAIL|EAFNOSUPPORT)$/);
  const nowhere = await within(failures.connectFailure("postgres://bob@%2Fno%2Fwhere/test"));
  assert.match(nowhere.message, /^connect to Postgres at \/no\/where:5432: /);
  assert.is(nowhere.code, "ENOENT");
});

test("the same on the loop, with the class and the cause", async () => {
  const engine = createAsyncEngine(`postgres://bob@127.0.0.1:${await badServers.closedPort()}/test`);
  const error = await rejection(engine.begin(() => {}));
  assert.instance(error, ConnectionError);
  assert.is((error as Error & { cause: { code: string } }).cause.code, "ECONNREFUSED");
});

test.run();
