import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";

let server: WebSocketServer | undefined;

/** Starts a server that sends back what it is sent, and does what some words say, and gives its URL. */
export async function start(): Promise<string> {
  const started = new WebSocketServer({
    port: 0,
    host: "127.0.0.1",
    verifyClient: ({ req }: { req: IncomingMessage }) => req.url !== "/denied",
  });
  server = started;
  started.on("connection", (socket, request) => {
    socket.on("message", (data, isBinary) => {
      const word = isBinary ? "" : String(data);
      if (word === "header") socket.send(String(request.headers["x-test"]));
      else if (word === "ping") socket.ping("are you there");
      else if (word === "close") socket.close(4001, "as you say");
      else if (word === "end") socket.terminate();
      else socket.send(data, { binary: isBinary });
    });
  });
  await once(started, "listening");
  return `ws://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

/** Stops it, with all connections to it. */
export async function stop(): Promise<void> {
  for (const socket of server?.clients ?? []) socket.terminate();
  await new Promise((resolve) => server?.close(resolve));
}
