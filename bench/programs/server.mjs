// A server whose every request is one point query. It tells its port, and its resident memory when asked. Its arguments: who answers
// (`awaitlet`, `native`, `native-10`: with at most 10 queries at once), the database, and the table.

import { createServer } from "node:http";
import process from "node:process";
import postgres from "postgres";
import { built } from "./built.mjs";

const [, , who = "", url = "", table = ""] = process.argv;

const answers = {
  async awaitlet() {
    const { asyncDef, blockingModule } = await built("mod.ts");
    const point = blockingModule(new URL("../blocking/point.mjs", import.meta.url));
    return (id) => asyncDef(point.point, url, table, id);
  },
  native() {
    const sql = postgres(url, { max: 10 });
    return async (id) => (await sql`select * from ${sql(table)} where id = ${id}`)[0];
  },
  "native-10"() {
    const ask = answers.native();
    const waiting = [];
    let running = 0;
    return async (id) => {
      if (running === 10) await new Promise((resolve) => waiting.push(resolve));
      else running++;
      try {
        return await ask(id);
      } finally {
        const next = waiting.shift();
        if (next === undefined) running--;
        else next();
      }
    };
  },
};

const answer = await answers[who]();
const server = createServer(async (request, response) => {
  const text = JSON.stringify(await answer(Number(request.url.slice(1))));
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
  response.end(text);
});
server.listen(0, "127.0.0.1", () => {
  process.send({ port: server.address().port });
});
process.on("message", () => process.send({ memory: process.memoryUsage.rss() }));
