/** What the steps have on the loop. */

import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { PassThrough, type Readable } from "node:stream";

/** A handler for `pipeline()`, which it calls only later: the answer, in capitals. */
export function capitals({ body }: { body: Readable }): Readable {
  const out = new PassThrough({ encoding: "utf8" });
  body.on("data", (chunk: Buffer) => out.write(chunk.toString().toUpperCase())).on("end", () => out.end());
  return out;
}

/** A server that takes connections, and never says a word. */
export async function silent(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on("error", () => {}).unref()).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as { port: number }).port };
}
