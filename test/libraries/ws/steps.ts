/** The same steps for `await` and for `awaitlet()`. */

import type { RawData } from "ws";
import type { Steps } from "../../support/steps.ts";
import { failure } from "../failure.ts";
import type { Take } from "../take.ts";

interface Given {
  ws: typeof import("ws");
  events: Pick<typeof import("node:events"), "on" | "once">;
  timers: typeof import("node:timers/promises");
  take: Take;
}
// biome-ignore lint/suspicious/noExplicitAny: as what a yield gives
type Any = any;

/** Waits for what callbacks do. */
function* until({ timers }: Given, isSo: () => boolean): Steps {
  for (let i = 0; !isSo() && i < 600; i++) yield timers.setTimeout(5);
  return undefined;
}

/** A socket that is open: made and listened to in one turn of the loop, so that nothing is missed. */
function* open(
  { ws: { WebSocket }, events }: Given,
  ...[url, ...rest]: [string, ...Any[]]
): Generator<unknown, Any, Any> {
  const made = new WebSocket(url, ...rest);
  const [socket] = yield [made, events.once(made, "open")];
  return socket;
}

export const steps = {
  *text(given: Given, url: string): Steps {
    const socket = yield* open(given, url);
    const heard: unknown[] = [];
    socket.on("message", (data: RawData, isBinary: boolean) =>
      heard.push([Buffer.isBuffer(data), data.toString(), isBinary]),
    );
    for (const text of ["one", "zwölf", ""]) socket.send(text);
    yield* until(given, () => heard.length === 3);
    socket.close();
    return heard;
  },
  *binary(given: Given, url: string): Steps {
    const socket = yield* open(given, url);
    const heard: unknown[] = [];
    socket.on("message", (data: Any, isBinary: boolean) =>
      heard.push([data.constructor.name, isBinary, Buffer.from(data).toString("hex")]),
    );
    socket.send(Buffer.from([0, 1, 255]));
    socket.send(new Uint8Array([2, 3]).buffer);
    socket.send(new Uint16Array([1, 2]));
    yield* until(given, () => heard.length === 3);
    socket.binaryType = "arraybuffer";
    socket.send(Buffer.from("four"));
    yield* until(given, () => heard.length === 4);
    socket.terminate();
    return [heard, socket.binaryType];
  },
  *properties(given: Given, url: string): Steps {
    const { WebSocket } = given.ws;
    const headers = { "x-test": "it" };
    const socket = yield* open(given, `${url}/path`, ["soap", "wamp"], { headers });
    const before = [socket.readyState, socket.protocol, socket.url === `${url}/path`, socket.binaryType];
    const heard: unknown[] = [];
    socket.once("message", (data: RawData) => heard.push(String(data)));
    socket.once("close", (code: number) => heard.push(code));
    socket.send("header");
    yield* until(given, () => heard.length === 1);
    socket.close(1000);
    yield* until(given, () => heard.length === 2);
    return [
      before,
      heard,
      [socket.readyState, socket.bufferedAmount, socket.isPaused],
      [yield WebSocket.OPEN, socket.CLOSED, socket.constructor.name, socket instanceof WebSocket],
    ];
  },
  *handlers(given: Given, url: string): Steps {
    const socket = yield* open(given, url);
    const heard: unknown[] = [];
    socket.onmessage = ({ data, type }: Any) => heard.push([data, type]);
    socket.onclose = ({ code, reason, wasClean }: Any) => heard.push([code, reason, wasClean]);
    socket.addEventListener("message", ({ data }: Any) => heard.push(`once ${data}`), { once: true });
    socket.send("one");
    socket.send("two");
    yield* until(given, () => heard.length === 3);
    socket.send("close");
    yield* until(given, () => heard.length === 4);
    return [heard, typeof socket.onmessage, typeof socket.onerror];
  },
  *pings(given: Given, url: string): Steps {
    const socket = yield* open(given, url);
    const heard: unknown[] = [];
    socket.on("pong", (data: Buffer) => heard.push(["pong", String(data)]));
    socket.on("ping", (data: Buffer) => heard.push(["ping", String(data)]));
    socket.ping("hello");
    yield* until(given, () => heard.length === 1);
    socket.send("ping");
    yield* until(given, () => heard.length === 2);
    socket.ping(Buffer.from([65]), true, () => heard.push("written"));
    yield* until(given, () => heard.length === 4);
    socket.close();
    return [heard.slice(0, 2), heard.slice(2).map(String).sort()];
  },
  *closes(given: Given, url: string): Steps {
    const told: unknown[] = [];
    for (const close of [
      (socket: Any) => socket.close(4000, "enough"),
      (socket: Any) => socket.close(),
      (socket: Any) => socket.send("close"),
      (socket: Any) => socket.send("end"),
      (socket: Any) => socket.terminate(),
    ]) {
      const socket = yield* open(given, url);
      let reasons: unknown;
      socket.on("close", (code: number, reason: Buffer) => {
        reasons = [code, Buffer.isBuffer(reason), reason.toString()];
      });
      close(socket);
      yield* until(given, () => reasons !== undefined);
      told.push(reasons, socket.readyState);
    }
    return told;
  },
  *errors(given: Given, url: string): Steps {
    const { WebSocket, WebSocketServer } = given.ws;
    const { once } = given.events;
    const told: unknown[] = [];
    const socket = yield* open(given, url);
    for (const use of [
      () => once(new WebSocket("ws://127.0.0.1:1"), "open"),
      () => once(new WebSocket(`${url}/denied`), "open"),
      () => once(new WebSocket("no url"), "open"),
      () => new WebSocket(url, "a b"),
      () => new WebSocketServer({} as { port: number }),
      () => socket.close(5, "no such code"),
      () => socket.send({}),
    ]) {
      try {
        yield use();
        told.push("nothing was thrown");
      } catch (error) {
        told.push(failure(error), error instanceof Error);
      }
    }
    let late: unknown;
    socket.terminate();
    yield* until(given, () => socket.readyState === 3);
    socket.send("too late", (error?: Error) => {
      late = failure(error);
    });
    yield* until(given, () => late !== undefined);
    return [told, late];
  },
  *iteration(given: Given, url: string): Steps {
    const { events, take } = given;
    const socket = yield* open(given, url);
    const messages = yield events.on(socket, "message");
    for (const text of ["one", "two", "three"]) socket.send(text);
    const items = yield take(messages, 3);
    const listeners = socket.listenerCount("message");
    const stop = new AbortController();
    const more = yield events.on(socket, "message", { signal: stop.signal });
    socket.send("four");
    const { value, done } = yield more.next();
    const told = [items.map(([data]: [Buffer]) => String(data)), listeners, String(value[0]), value[1], done];
    stop.abort();
    try {
      yield more.next();
    } catch (error) {
      told.push((error as Error).name, (error as Error).message);
    }
    socket.close();
    return told;
  },
  *duplex(given: Given, url: string): Steps {
    const { ws, take } = given;
    const made = new ws.WebSocket(url);
    const duplex = yield ws.createWebSocketStream(made, { encoding: "utf8" });
    duplex.write("one");
    const [text] = yield take(duplex, 1);
    return [text, duplex.destroyed];
  },
  *server(given: Given): Steps {
    const { ws, events } = given;
    const made = new ws.WebSocketServer({ port: 0, host: "127.0.0.1" });
    const [server] = yield [made, events.once(made, "listening")];
    const heard: unknown[] = [];
    server.on("connection", (socket: Any, request: Any) => {
      heard.push([request.url, request.headers["x-test"], server.clients.size]);
      socket.on("message", (data: RawData) => socket.send(`${data} to you`));
      socket.on("close", (code: number, reason: Buffer) => heard.push([code, String(reason)]));
    });
    const { port, address } = server.address();
    const client = yield* open(given, `ws://127.0.0.1:${port}/a`, { headers: { "x-test": "it" } });
    client.on("message", (data: RawData) => heard.push(String(data)));
    client.send("hello");
    yield* until(given, () => heard.length === 2);
    for (const each of server.clients) each.send("all of you");
    yield* until(given, () => heard.length === 3);
    client.close(4000, "enough");
    yield* until(given, () => heard.length === 4);
    let isClosed = false;
    server.close(() => {
      isClosed = true;
    });
    yield* until(given, () => isClosed);
    return [address, heard, server.clients.size, server.constructor.name];
  },
  *choices(given: Given): Steps {
    const { ws, events } = given;
    const asked: unknown[] = [];
    const made = new ws.WebSocketServer({
      port: 0,
      host: "127.0.0.1",
      verifyClient: ({ req }: Any) => req.url !== "/denied",
      handleProtocols: (protocols: Set<string>) => {
        asked.push([...protocols]);
        return "wamp";
      },
    });
    const [server] = yield [made, events.once(made, "listening")];
    const url = `ws://127.0.0.1:${server.address().port}`;
    const client = yield* open(given, url, ["soap", "wamp"]);
    let denied: unknown;
    try {
      yield* open(given, `${url}/denied`);
    } catch (error) {
      denied = failure(error);
    }
    const { protocol } = client;
    client.terminate();
    server.close();
    return [asked, protocol, denied];
  },
  // Of these two the listeners are added after the socket was made: nothing may be missed meanwhile.
  *opened(given: Given, url: string): Steps {
    const { WebSocket } = given.ws;
    const heard: string[] = [];
    const socket = yield new WebSocket(url);
    socket.on("open", () => {
      heard.push("open");
      socket.send("from open");
    });
    socket.on("message", (data: RawData) => {
      heard.push(String(data));
      socket.close();
    });
    socket.on("close", () => heard.push("close"));
    yield* until(given, () => heard.includes("close"));
    return heard;
  },
  *refused(given: Given): Steps {
    const { WebSocket } = given.ws;
    const heard: unknown[] = [];
    const socket = yield new WebSocket("ws://127.0.0.1:1");
    socket.on("error", (error: Error) => heard.push(failure(error)));
    socket.on("close", (code: number) => heard.push(code));
    yield* until(given, () => heard.length === 2);
    return heard;
  },
};
