import { MessageChannel, Worker } from "node:worker_threads";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { atMost, type Case } from "../figure.ts";
import { row } from "../served/values.mjs";

const module = blockingModule<typeof import("../blocking/cold.ts")>(
  new URL("../blocking/cold.ts", import.meta.url),
);

/** On a thread that has done nothing yet. */
async function ours(count: number): Promise<number> {
  const threads = new BlockingThreads({ max: 1 });
  const took = await asyncDef.with({ threads })(module.first, count);
  threads.terminate();
  return took;
}

/** What thirty lines do: post, park, take the answer from the port. */
async function naive(count: number): Promise<number> {
  const { port1, port2 } = new MessageChannel();
  const memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const cells = new Int32Array(memory);
  const worker = new Worker(new URL("../programs/naive_worker.mjs", import.meta.url), {
    workerData: { memory, port: port2, count },
    transferList: [port2],
  });
  port1.on("message", async () => {
    port1.postMessage(await row());
    Atomics.add(cells, 0, 1);
    Atomics.notify(cells, 0);
  });
  const took = await new Promise<number>((resolve, reject) => {
    worker.once("message", resolve).once("error", reject);
  });
  port1.close();
  await worker.terminate();
  return took;
}

const TARGETS = new Map([
  [10, 2.5],
  [100, 2],
  [1000, 1.5],
  [10_000, 1.1],
]);

/** The first round trips of a new thread, all together. */
export const cold = (quick: boolean): Case => {
  const counts = quick ? [10, 1000] : [...TARGETS.keys()];
  return {
    name: "cold",
    unit: "ms",
    effort: { rounds: quick ? 4 : 9, warmUp: 0 },
    contenders: counts.flatMap((count) => [
      { name: `awaitlet, ${count}`, open: async () => () => ours(count) },
      { name: `naive bridge, ${count}`, open: async () => () => naive(count) },
    ]),
    comparisons: counts.map((count) => ({
      ours: `awaitlet, ${count}`,
      theirs: `naive bridge, ${count}`,
      against: `naive bridge, the first ${count}`,
      reach: atMost(TARGETS.get(count) as number),
    })),
  };
};
