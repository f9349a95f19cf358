/** What undici wants of a callback at once: blocking code gives it functions of the loop. */

import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { PassThrough, type Readable, Writable } from "node:stream";

export interface Collector {
  /** For `stream()`. */
  readonly factory: (response: { statusCode: number }) => Writable;
  /** What its streams have been given. */
  readonly text: () => string;
}

/** Collects what `stream()` writes. */
export function collector(): Collector {
  const chunks: Buffer[] = [];
  const factory: Collector["factory"] = ({ statusCode }) => {
    chunks.push(Buffer.from(`${statusCode} `));
    return new Writable({
      write(chunk: Buffer, _encoding, done) {
        chunks.push(chunk);
        done();
      },
    });
  };
  return { factory, text: () => Buffer.concat(chunks).toString() };
}

/** A handler for `pipeline()`: the answer, in capitals. */
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
