import { connect, createServer, type Socket } from "node:net";

/** A proxy before a server. */
export interface Proxy {
  readonly port: number;
  /** Breaks the connection off when the server answers what holds this text, before the answer is passed on. Once. */
  cutOffAnswerTo(text: string): void;
  /** Passes nothing on any more, and breaks nothing off. */
  fallSilent(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of the loopback address. */
export function startProxy(serverPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>();
  let cutText: string | undefined;
  let isSilent = false;
  const proxy = createServer((client) => {
    const server = connect(serverPort, "127.0.0.1");
    let isCut = false;
    for (const socket of [client, server]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on("data", (bytes: Buffer) => {
      if (isSilent) return;
      if (cutText !== undefined && bytes.includes(cutText)) {
        cutText = undefined;
        isCut = true;
      }
      server.write(bytes);
    });
    server.on("data", (bytes: Buffer) => {
      if (isCut) client.destroy();
      else if (!isSilent) client.write(bytes);
    });
  });
  return new Promise((resolve) => {
    proxy.listen(0, "127.0.0.1", () => {
      const { port } = proxy.address() as { port: number };
      resolve({
        port,
        cutOffAnswerTo(text) {
          cutText = text;
        },
        fallSilent() {
          isSilent = true;
        },
        close: () =>
          new Promise((closed) => {
            proxy.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}
