/**
 * Blocking code that takes its implementation as an argument, and is given an async one.
 *
 * `npm run demo:echo`, `deno task demo:echo` or `bun demo/echo.ts`.
 */

import { asyncDef, blockingModule } from "../mod.ts";
import { sendReceive, startEchoServer } from "./echo/sockets.ts";

const logic = blockingModule<typeof import("./echo/logic.ts")>(new URL("./echo/logic.ts", import.meta.url));

function asyncSendReceive(message: string, host: string, port: number): Promise<string> {
  return asyncDef(logic.sendReceiveLogic, message, host, port, sendReceive);
}

const host = "127.0.0.1";
const { server, port } = await startEchoServer(host);
const messages = ["one", "two", "three", "four", "five"].map((number) => `message number ${number}`);
const answers = await Promise.all(messages.map((message) => asyncSendReceive(message, host, port)));
for (const answer of answers) console.log(`Got back echo response: ${answer}`);
server.close();
