import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { within } from "../support/within.ts";

const parking = blockingModule<typeof import("../fixtures/parking.ts")>(
  new URL("../fixtures/parking.ts", import.meta.url),
);

const test = suite("idle threads");

const THREADS = 8;
const SECONDS = 3;
const LOOKS = 5;
const LIMIT = 0.01;

/**
 * What part of a core this process takes while it does nothing: the least of several looks, of which the first that is under the limit is
 * the last. V8 collects garbage once, some seconds after a program has fallen idle; what spins or polls is busy in every look.
 */
async function burn(): Promise<number> {
  let least = Infinity;
  for (let look = 0; look < LOOKS && least >= LIMIT; look++) {
    const before = process.cpuUsage();
    await setTimeout(SECONDS * 1000);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / (SECONDS * 1e6));
  }
  return least;
}

test(`${THREADS} parked threads burn less than 1 % of a core`, async () => {
  await using threads = new BlockingThreads({ max: THREADS });
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const tasks = Array.from({ length: THREADS }, () => asyncDef.with({ threads })(parking.park, () => opened));
  while (threads.stats().parked < THREADS) await setTimeout(20);
  const burnt = await burn();
  assert.is(threads.stats().parked, THREADS);
  open();
  await within(Promise.all(tasks));
  assert.ok(burnt < LIMIT, `${(100 * burnt).toFixed(2)} % of a core`);
});

test.run();
