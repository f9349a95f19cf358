/** The same over sockets that do not block: an echo server, and what sends to it and receives. */

import { once } from "node:events";
import { type AddressInfo, createConnection, createServer, type Server } from "node:net";

/** Starts a server that sends back whatever it is sent. */
export async function startEchoServer(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  server.listen(0, host);
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

/** Sends a message to a server and gives back all that it answers. */
export async function sendReceive(host: string, port: number, message: string): Promise<string> {
  const socket = createConnection({ host, port, allowHalfOpen: true }).setEncoding("utf8");
  socket.end(message);
  let answer = "";
  for await (const text of socket) answer += text;
  return answer;
}
