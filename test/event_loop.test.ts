import { spawn } from "node:child_process";
import { once } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  asyncDef,
  awaitlet,
  blockingModule,
  eventLoop,
  type FromBlockingModule,
  NoAwaitletContext,
  syncDef,
} from "../mod.ts";
import * as plain from "./fixtures/http.ts";
import { type HttpServer, startServer } from "./fixtures/http_server.ts";
import { root, runsFile } from "./support/this_runtime.ts";
import { rejection, within } from "./support/within.ts";

type Http = typeof plain;
type Run = (...args: unknown[]) => unknown;

const logic = blockingModule<Http>(new URL("./fixtures/http.ts", import.meta.url));
const functions: Http = { ...plain };

/** This thread parks, so that the server runs in a process of its own. */
async function startElsewhere(): Promise<HttpServer> {
  const [program, ...args] = runsFile("test/fixtures/http_server.ts");
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  const [url] = (await within(once(child.stdout.setEncoding("utf8"), "data"), 30)) as [string];
  return { url: url.trim(), stop: () => child.kill("SIGKILL") };
}

const topologies = [
  {
    name: "asyncDef",
    start: startServer,
    run: (fn: keyof Http, ...args: unknown[]) =>
      within(asyncDef(logic[fn] as Run & FromBlockingModule, ...args)),
  },
  {
    name: "syncDef",
    start: startElsewhere,
    run: async (fn: keyof Http, ...args: unknown[]) => syncDef(functions[fn] as Run, ...args),
  },
];

for (const { name, start, run } of topologies) {
  const test = suite(`HTTP through eventLoop, under ${name}`);
  let server: HttpServer | undefined;
  const url = () => server?.url ?? "the server has not started";

  test("the server starts", async () => {
    server = await start();
    assert.match(url(), /^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  test("a request, its status, headers and body", async () => {
    assert.equal(await run("get", `${url()}a/b?c`), [
      200,
      "application/json",
      { path: "/a/b?c", list: [1, 2, 3] },
    ]);
  });

  test("a body is sent", async () => {
    const body = "é☃😀".repeat(10_000);
    assert.is(await run("sends", url(), body), `blocking: ${body}`);
  });

  test("several bodies are read at once", async () => {
    assert.equal(await run("download", `${url()}bytes`, 4), [100_000, 100_000, 100_000, 100_000]);
  });

  test("a Response crosses alive: its status, a header and its body are read", async () => {
    assert.equal(await run("copies", url()), [200, true, '{"path":"/","list":[1,2,3]}']);
  });

  test("what is refused on the network is thrown", async () => {
    server?.stop();
    const error = await rejection(run("get", "http://127.0.0.1:1/"));
    assert.instance(error, Error);
  });

  test.run();
}

const test = suite("eventLoop");

test("outside a task it starts nothing, and on the loop it can be awaited", async () => {
  assert.throws(
    () => awaitlet(eventLoop.fetch("http://127.0.0.1:1/")),
    (error: unknown) => error instanceof NoAwaitletContext,
  );
  assert.is(await eventLoop.Math.max(1, 2), 2);
});

test.run();
