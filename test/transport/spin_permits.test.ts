import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { runtime } from "../../src/runtime/current.ts";
import { createBridgeMemory } from "../../src/transport/cells.ts";
import { Channel } from "../../src/transport/channel.ts";
import {
  acquireSpinPermit,
  contentionCount,
  nextNumber,
  permitsTaken,
  releaseSpinPermit,
} from "../../src/transport/spin_permits.ts";
import { until } from "../support/pool.ts";
import { rejection, within } from "../support/within.ts";

const logic = blockingModule<typeof import("../fixtures/spinning.ts")>(
  new URL("../fixtures/spinning.ts", import.meta.url),
);

const test = suite("permits to spin");

const most = Math.min(runtime.parallelism - 1, 14);

test("there are fewer than cores, each for one at a time", () => {
  const mine = Array.from({ length: most + 1 }, () => nextNumber());
  const before = contentionCount();
  assert.equal(mine.map(acquireSpinPermit), [...Array(most).fill(true), false]);
  assert.is(contentionCount(), before + 1, "the others are told that it is crowded");
  const [first, last] = [mine[0], mine.at(-1)] as [number, number];
  if (most > 0) {
    releaseSpinPermit(last);
    assert.is(acquireSpinPermit(last), false, "who has none gives none back");
    releaseSpinPermit(first);
    assert.is(acquireSpinPermit(last), true);
  }
  for (const number of mine) releaseSpinPermit(number);
  assert.is(permitsTaken(), 0);
});

test("what a thread held that has died is free, whatever it did just then", async () => {
  if (most === 0) return;
  // Where it dies is not in our hands, so often that it sometimes does while it spins.
  for (let i = 0; i < 10; i++) {
    const threads = new BlockingThreads({ max: 1 });
    const died = rejection(asyncDef.with({ threads })(logic.tripsForEver));
    await until(() => threads.stats().parkedTime > i, "it makes its trips");
    threads.terminate();
    await died;
    await until(() => permitsTaken() === 0, "the permit is back");
  }
});

test("a bridge that is closed gives back the permit of its thread", () => {
  if (most === 0) return;
  const memory = createBridgeMemory();
  const { port } = runtime.createChannel();
  const channel = new Channel(memory, port, "loop");
  assert.is(acquireSpinPermit(channel.number), true);
  channel.close();
  assert.is(permitsTaken(), 0);
});

test("threads that wait all at once get their answers, whoever has the permit", async () => {
  await using threads = new BlockingThreads({ max: 4 });
  const sums = await within(
    Promise.all(Array.from({ length: 4 }, (_, i) => asyncDef.with({ threads })(logic.trips, 3000, i))),
  );
  assert.equal(
    sums,
    [0, 1, 2, 3].map((i) => (3000 * 2999) / 2 + 3000 * i),
  );
  assert.is(permitsTaken(), 0);
});

test.run();
