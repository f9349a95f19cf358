/** Copies a million rows in and out, and prints how many and by how much the process grew meanwhile. */
import process from "node:process";
import { blockingModule } from "../../../mod.ts";

const { million } = blockingModule<typeof import("./million_rows.ts")>(
  new URL("./million_rows.ts", import.meta.url),
);
const url = process.argv[2] as string;
await million(url, 100_000);
const atFirst = process.memoryUsage().rss;
let most = atFirst;
const timer = setInterval(() => {
  most = Math.max(most, process.memoryUsage().rss);
}, 20);
const rows = await million(url, 1_000_000);
clearInterval(timer);
console.log(JSON.stringify({ rows, grown: Math.round((most - atFirst) / 2 ** 20) }));
