import { createServer, type Socket } from "node:net";

/** A server on a free port of the loopback address. */
export interface BadServer {
  readonly port: number;
  close(): Promise<void>;
}

function listen(onConnection: (socket: Socket) => void): Promise<BadServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    onConnection(socket);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      const close = () =>
        new Promise<void>((closed) => {
          server.close(() => closed());
          for (const socket of sockets) socket.destroy();
        });
      resolve({ port, close });
    });
  });
}

/** Refuses whoever comes, as Postgres does: with an ErrorResponse. */
export function refusing(code: string, message: string): Promise<BadServer> {
  const body = Buffer.from(`SFATAL\0VFATAL\0C${code}\0M${message}\0\0`);
  const head = Buffer.from("E\0\0\0\0");
  head.writeInt32BE(body.length + 4, 1);
  return listen((socket) => socket.once("data", () => socket.end(Buffer.concat([head, body]))));
}

/** Hangs up on whoever comes. */
export function hangingUp(): Promise<BadServer> {
  return listen((socket) => socket.end());
}

/** Agrees to speak TLS, and goes on in clear. */
export function speakingInClear(): Promise<BadServer> {
  return listen((socket) => socket.once("data", () => socket.write("SZ\0\0\0\x05I")));
}

/** Takes what it is sent, and says nothing. */
export function silent(): Promise<BadServer> {
  return listen((socket) => socket.resume());
}

/** A port of the loopback address on which nobody listens. */
export async function closedPort(): Promise<number> {
  const { port, close } = await silent();
  await close();
  return port;
}
