import process from "node:process";
import { setTimeout } from "node:timers/promises";

/** By how much `work` makes this process grow, divided by `count`, in MiB. */
export async function growth(count: number, work: () => Promise<void>): Promise<number> {
  await setTimeout(200);
  const before = process.memoryUsage().rss;
  await work();
  // What was posted last is still on its way to where it parks.
  await setTimeout(200);
  return (process.memoryUsage().rss - before) / count / 2 ** 20;
}
