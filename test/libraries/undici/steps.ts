/** The same steps for `await` and for `awaitlet()`. */

import type { Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";
import type { Take } from "../take.ts";

interface Given {
  undici: typeof import("undici");
  streams: Pick<typeof import("node:stream"), "PassThrough">;
  timers: typeof import("node:timers/promises");
  sinks: typeof import("./sinks.ts");
  take: Take;
}
// biome-ignore lint/suspicious/noExplicitAny: as what a yield gives
type Any = any;

const json = { "content-type": "application/json" };

export const steps = {
  *request({ undici: { request } }: Given, url: string): Steps {
    const { statusCode, headers, trailers, body } = yield request(`${url}/json?n=1`, {
      method: "POST",
      headers: { ...json, "x-test": "it" },
      body: JSON.stringify({ name: "ann" }),
    });
    const given = yield body.json();
    const bytes = yield request(new URL("/bytes", url));
    const buffer = yield bytes.body.arrayBuffer();
    const text = yield request(`${url}/json`, { method: "PUT", query: { a: "b c" }, body: Buffer.from("é") });
    return [
      [statusCode, headers["content-type"], headers["x-answer"], trailers, given, body.bodyUsed],
      [buffer instanceof ArrayBuffer, Buffer.from(buffer).toString("hex")],
      [yield text.body.text(), body.constructor.name],
    ];
  },
  *bodies({ undici: { request } }: Given, url: string): Steps {
    const [a, b, c] = yield [request(`${url}/bytes`), request(`${url}/bytes`), request(`${url}/status/404`)];
    const [bytes, blob] = yield [a.body.arrayBuffer(), b.body.blob()];
    yield c.body.dump();
    const told: unknown[] = [c.statusCode];
    try {
      yield a.body.text();
    } catch (error) {
      told.push(failure(error));
    }
    return [bytes.byteLength, blob.size, yield blob.text(), told];
  },
  *fetch({ undici }: Given, url: string): Steps {
    const { fetch } = undici;
    const headers = yield new undici.Headers({ "X-Test": "it" });
    headers.append("x-test", "twice");
    const form = yield new undici.FormData();
    form.append("name", "ann");
    const one = yield fetch(`${url}/json?a=1`, { method: "POST", headers, body: form });
    const given = yield one.json();
    const request = yield new undici.Request(`${url}/json`, { method: "PUT", body: "plain" });
    const two = yield fetch(request);
    const moved = yield fetch(`${url}/redirect`);
    const made = yield undici.Response.json({ made: 1 }, { status: 201 });
    return [
      [
        one.status,
        one.statusText,
        one.ok,
        one.type,
        one.headers.get("x-answer"),
        one.bodyUsed,
        one.redirected,
      ],
      [given.header, /name="name"\r\n\r\nann\r\n/.test(given.body), headers.get("x-test"), [...headers]],
      [yield two.clone().text(), yield two.text(), request.method, request.url === `${url}/json`],
      [moved.redirected, moved.url === `${url}/json?redirected=1`, (yield moved.json()).query],
      [made.status, yield made.json(), made.constructor.name, one.headers.constructor.name],
    ];
  },
  *webValues({ undici: { fetch } }: Given, url: string): Steps {
    const headers = new Headers({ "x-test": "web" });
    const one = yield fetch(new URL(`${url}/json`), { headers: [...headers] });
    const two = yield fetch(`${url}/json`, { method: "POST", body: new URLSearchParams({ a: "b c" }) });
    const three = yield fetch(`${url}/json`, { method: "POST", body: new Blob(["a", "b"]) });
    return [(yield one.json()).header, (yield two.json()).body, (yield three.json()).body];
  },
  *client({ undici: { Client } }: Given, url: string): Steps {
    const client = yield new Client(url, { pipelining: 2 });
    const heard: string[] = [];
    client.on("connect", ({ origin }: URL) => heard.push(`connect ${origin === url}`));
    client.on("disconnect", () => heard.push("disconnect"));
    const [a, b] = yield [
      client.request({ path: "/json?n=1", method: "GET" }),
      client.request({ path: "/bytes", method: "GET" }),
    ];
    const given = [yield a.body.json(), yield b.body.bytes()];
    yield client.close();
    const told: unknown[] = [client.closed, client.destroyed, client instanceof Client];
    try {
      yield client.request({ path: "/json", method: "GET" });
    } catch (error) {
      told.push(failure(error));
    }
    return [given, told, heard];
  },
  *pool({ undici: { Pool, Agent, request, interceptors } }: Given, url: string): Steps {
    const pool = yield new Pool(url, { connections: 2 });
    const answers = yield [1, 2, 3, 4].map((n) => pool.request({ path: `/json?n=${n}`, method: "GET" }));
    const queries: unknown[] = [];
    for (const { body } of answers) queries.push((yield body.json()).query);
    const { connected, running, size } = pool.stats;
    yield pool.close();
    const agent = yield new Agent({ connections: 1 });
    const follows = yield agent.compose(interceptors.redirect({ maxRedirections: 1 }));
    const moved = yield request(`${url}/redirect`, { dispatcher: follows });
    const context = moved.context.history.map(({ pathname }: URL) => pathname);
    const body = yield moved.body.json();
    yield agent.destroy();
    return [queries, connected, running, size, moved.statusCode, context, body.query];
  },
  *stream({ undici: { stream }, streams: { PassThrough } }: Given, url: string): Steps {
    const told: unknown[] = [];
    const sink = yield new PassThrough({ encoding: "utf8" });
    const target = { method: "GET", opaque: { a: 1 } } as const;
    const { opaque } = yield stream(`${url}/json?n=1`, target, ({ statusCode, headers, opaque }) => {
      told.push(statusCode, headers["x-answer"], opaque);
      return sink;
    });
    return [told, opaque, sink.read()];
  },
  *pipeline({ undici: { pipeline }, sinks, take }: Given, url: string): Steps {
    const duplex = yield pipeline(`${url}/json`, { method: "POST" }, sinks.capitals as Any);
    duplex.write("one ");
    duplex.end("two");
    return ((yield take(duplex)) as string[]).join("");
  },
  *dispatch({ undici: { Client }, timers }: Given, url: string): Steps {
    const client = yield new Client(url);
    const heard: unknown[] = [];
    const handler = {
      onRequestStart: () => heard.push("start"),
      onResponseStart: (_: unknown, status: number, headers: Record<string, string>, message: string) =>
        heard.push([status, headers["x-answer"], message]),
      onResponseData: (_: unknown, chunk: Buffer) => heard.push(Buffer.from(chunk).toString()),
      onResponseEnd: () => heard.push("end"),
      onResponseError: (_: unknown, error: Error) => heard.push(failure(error), "end"),
    };
    yield client.dispatch({ path: "/json?n=1", method: "GET" }, handler);
    for (let i = 0; !heard.includes("end") && i < 500; i++) yield timers.setTimeout(5);
    yield client.close();
    return heard;
  },
  *iterate({ undici: { request, fetch }, take }: Given, url: string): Steps {
    const { body } = yield request(`${url}/json?n=1`);
    body.setEncoding("utf8");
    const text = yield take(body);
    const one = yield request(`${url}/bytes`);
    const chunks = yield take(one.body);
    const response = yield fetch(`${url}/bytes`);
    const read = yield take(response.body);
    const again = yield fetch(`${url}/bytes`);
    const reader = again.body.getReader();
    const { value, done } = yield reader.read();
    const last = yield reader.read();
    const left = yield request(`${url}/json`);
    const [first] = yield take(left.body, 1);
    return [
      [text.join(""), Buffer.isBuffer(chunks[0]), Buffer.concat(chunks).toString("hex")],
      [read[0] instanceof Uint8Array, Buffer.concat(read).toString("hex")],
      [value instanceof Uint8Array, [...value], done, last.done],
      [first.length > 10, left.body.destroyed],
    ];
  },
  *events({ undici: { request }, timers }: Given, url: string): Steps {
    const { body } = yield request(`${url}/json?n=1`);
    const chunks: Buffer[] = [];
    let ended = false;
    body.on("data", (chunk: Buffer) => chunks.push(chunk));
    body.once("end", () => {
      ended = true;
    });
    for (let i = 0; !ended && i < 500; i++) yield timers.setTimeout(5);
    return [Buffer.concat(chunks).toString(), ended, body.readableEnded];
  },
  *errors({ undici: { Client, Agent, request, errors, interceptors }, sinks }: Given, url: string): Steps {
    const told: unknown[] = [];
    const { server, port } = yield sinks.silent();
    const quick = yield new Agent({ connect: { timeout: 50 } });
    const strict = yield new Agent().compose(interceptors.responseError());
    const client = yield new Client(url, { maxResponseSize: 1 });
    for (const use of [
      () => request("http://127.0.0.1:1/"),
      () => request(`https://127.0.0.1:${port}/`, { dispatcher: quick }),
      () => request(`${url}/status/404`, { dispatcher: strict }),
      () => request(`${url}/json`, { method: "NO SUCH" as "GET" }),
      () => request("nothing"),
      () => client.request({ path: "/json", method: "GET" }).then(({ body }: Any) => body.text()),
    ]) {
      try {
        told.push(yield use());
      } catch (error) {
        const { cause, statusCode, body } = error as Error & { statusCode: number; body: object };
        told.push(failure(error), error instanceof Error, statusCode, body, cause);
      }
    }
    server.close();
    yield [quick.destroy(), strict.destroy(), client.destroy()];
    const made = yield new errors.ConnectTimeoutError("late");
    return [JSON.parse(JSON.stringify(told).replaceAll(`:${port},`, ":PORT,")), failure(made)];
  },
  *timeouts({ undici: { request, fetch, Agent } }: Given, url: string): Steps {
    const told: unknown[] = [];
    const dispatcher = yield new Agent({ headersTimeout: 50 });
    const late = [() => request(`${url}/slow`, { dispatcher }), () => fetch(`${url}/slow`, { dispatcher })];
    for (const use of late) {
      try {
        told.push(yield use());
      } catch (error) {
        const { cause } = error as Error;
        told.push(failure(error), cause && failure(cause));
      }
    }
    yield dispatcher.destroy();
    return told;
  },
  *fetchErrors({ undici: { fetch } }: Given, url: string): Steps {
    const told: unknown[] = [];
    for (const [target, init] of [
      ["http://127.0.0.1:1/", {}],
      [`${url}/redirect`, { redirect: "error" }],
      ["nothing", {}],
    ] as [string, object][]) {
      try {
        told.push(yield fetch(target, init));
      } catch (error) {
        const { name, message, cause } = error as Error;
        told.push([error instanceof TypeError, name, message], cause && failure(cause));
      }
    }
    return told;
  },
  *aborted({ undici: { request, fetch } }: Given, url: string): Steps {
    const told: unknown[] = [];
    const controller = new AbortController();
    const { body } = yield request(`${url}/json`, { signal: controller.signal });
    for (const use of [
      () => request(`${url}/json`, { signal: AbortSignal.abort() }),
      () => fetch(`${url}/json`, { signal: AbortSignal.abort(new RangeError("mine")) }),
      () => {
        controller.abort();
        return body.text();
      },
      () => request(`${url}/json`, { signal: controller.signal }),
    ]) {
      try {
        told.push(yield use());
      } catch (error) {
        const { name, message } = error as Error;
        told.push([name, message, error instanceof DOMException, error instanceof RangeError]);
      }
    }
    return told;
  },
  *mock({ undici: { MockAgent, request } }: Given): Steps {
    const agent = yield new MockAgent();
    agent.disableNetConnect();
    const pool = agent.get("http://mocked.test");
    pool.intercept({ path: "/a", method: "GET" }).reply(200, { a: 1 }, { headers: json }).times(2);
    pool.intercept({ path: "/b", method: "POST", body: "x" }).replyWithError(new RangeError("mine"));
    pool.intercept({ path: "/c", method: "GET" }).reply(204, "");
    const told: unknown[] = [];
    for (let i = 0; i < 2; i++) {
      const { statusCode, headers, body } = yield request("http://mocked.test/a", { dispatcher: agent });
      told.push([statusCode, headers, yield body.json()]);
    }
    for (const use of [
      () => request("http://mocked.test/b", { method: "POST", body: "x", dispatcher: agent }),
      () => request("http://mocked.test/d", { dispatcher: agent }),
      () => agent.assertNoPendingInterceptors(),
    ]) {
      try {
        told.push(yield use());
      } catch (error) {
        told.push(failure(error), error instanceof Error);
      }
    }
    const pending = agent.pendingInterceptors();
    told.push(pending.length, pending[0].path, pending[0].method);
    yield agent.close();
    return told;
  },
  *mockCallbacks({ undici: { MockAgent, request } }: Given): Steps {
    const agent = yield new MockAgent();
    const pool = agent.get("http://mocked.test");
    pool
      .intercept({ path: (path: string) => path.startsWith("/a"), method: "POST" })
      .reply(200, ({ path, body }: Any) => ({ path, body }));
    pool.intercept({ path: "/b" }).reply(({ method }: Any) => ({ statusCode: 201, data: method }));
    const one = yield request("http://mocked.test/abc", { method: "POST", body: "x", dispatcher: agent });
    const two = yield request("http://mocked.test/b", { dispatcher: agent });
    const told = [yield one.body.json(), two.statusCode, yield two.body.text()];
    yield agent.close();
    return told;
  },
  *interceptor({ undici: { Agent, request } }: Given, url: string): Steps {
    const agent = yield new Agent();
    const headers = { "x-test": "intercepted" };
    const paths: string[] = [];
    const composed = agent.compose((dispatch: Any) => (options: Any, handler: Any) => {
      paths.push(options.path);
      return dispatch({ ...options, headers }, handler);
    });
    const { body } = yield request(`${url}/json?n=1`, { dispatcher: composed });
    const { query, header } = yield body.json();
    yield agent.close();
    return [paths, query, header];
  },
  *globalMock({ undici: { MockAgent, fetch, getGlobalDispatcher, setGlobalDispatcher } }: Given): Steps {
    const before = yield getGlobalDispatcher();
    const agent = yield new MockAgent();
    yield setGlobalDispatcher(agent);
    try {
      agent.get("http://mocked.test").intercept({ path: "/a" }).reply(200, "mocked");
      const isSet = (yield getGlobalDispatcher()) === agent;
      const response = yield fetch("http://mocked.test/a");
      return [isSet, response.status, yield response.text()];
    } finally {
      yield setGlobalDispatcher(before);
      yield agent.close();
    }
  },
  *cookies({ undici: { Headers, getCookies, getSetCookies, setCookie, parseMIMEType } }: Given): Steps {
    const headers = yield new Headers({ cookie: "a=1; b=2" });
    yield setCookie(headers, { name: "c", value: "3", httpOnly: true, expires: new Date(5000) });
    const type = yield parseMIMEType("text/html; charset=utf-8");
    return [
      yield getCookies(headers),
      yield getSetCookies(headers),
      headers.get("set-cookie"),
      type.essence,
      type.parameters,
    ];
  },
};
