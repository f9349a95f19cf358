// Prints what point queries take, of eight at once, the time for all by the number of all, in microseconds: in the first second, and
// in the median of those after it. Its arguments: who asks (`awaitlet`, `naive`, `native`), the database, the table, how many seconds.

import process from "node:process";
import { MessageChannel, Worker } from "node:worker_threads";
import postgres from "postgres";
import { built } from "./built.mjs";

const LANES = 8;
const [, , who = "", url = "", table = "", seconds = ""] = process.argv;

/** What asks for so many milliseconds, and gives how many answers came, eight of them. */
const lanes = {
  async awaitlet() {
    const { asyncDef, BlockingThreads, blockingModule } = await built("mod.ts");
    const point = blockingModule(new URL("../blocking/point.mjs", import.meta.url));
    const run = asyncDef.with({ threads: new BlockingThreads({ max: LANES }) });
    return Array.from({ length: LANES }, () => (ms) => run(point.points, url, table, ms));
  },
  naive() {
    const sql = postgres(url, { max: LANES });
    return Array.from({ length: LANES }, () => {
      const { port1, port2 } = new MessageChannel();
      const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
      const cells = new Int32Array(memory);
      const worker = new Worker(new URL("./naive_points.mjs", import.meta.url), {
        workerData: { memory, port: port2 },
        transferList: [port2],
      });
      port1.on("message", async (id) => {
        const [row] = await sql`select * from ${sql(table)} where id = ${id}`;
        port1.postMessage({ ...row });
        Atomics.add(cells, 0, 1);
        Atomics.notify(cells, 0);
      });
      return (ms) =>
        new Promise((resolve, reject) => {
          worker.once("message", resolve).once("error", reject);
          worker.postMessage(ms);
        });
    });
  },
  native() {
    const sql = postgres(url, { max: LANES });
    return Array.from({ length: LANES }, () => async (ms) => {
      let count = 0;
      for (const end = performance.now() + ms; performance.now() < end; count++) {
        await sql`select * from ${sql(table)} where id = ${(count % 1000) + 1}`;
      }
      return count;
    });
  },
};

const all = await lanes[who]();
const took = [];
for (let second = 0; second < Number(seconds); second++) {
  const from = performance.now();
  const counts = await Promise.all(all.map((lane) => lane(1000)));
  took.push(((performance.now() - from) * 1000) / counts.reduce((sum, count) => sum + count));
}
console.log(
  JSON.stringify({
    "first second": took[0],
    later: took.slice(1).sort((a, b) => a - b)[took.length >> 1] ?? took[1],
  }),
);
process.exit(0);
