import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

let server: Server | undefined;

/** Starts a server that answers as its paths say, for clients of HTTP to be tested with, and gives its URL. */
export async function start(): Promise<string> {
  const started = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (pathname === "/slow") return;
    if (pathname === "/bytes") return void response.end(Buffer.from([0, 1, 255]));
    if (pathname === "/redirect")
      return void response.writeHead(302, { location: "/json?redirected=1" }).end();
    const body = JSON.stringify({
      method: request.method,
      query: Object.fromEntries(searchParams),
      header: request.headers["x-test"] ?? null,
      body: Buffer.concat(chunks).toString(),
    });
    const status = Number(/^\/status\/(\d+)$/.exec(pathname)?.[1] ?? 200);
    response.writeHead(status, { "content-type": "application/json", "x-answer": "yes" }).end(body);
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
}

/** Stops it, with all connections to it. */
export async function stop(): Promise<void> {
  server?.closeAllConnections();
  await new Promise((resolve) => server?.close(resolve));
}
