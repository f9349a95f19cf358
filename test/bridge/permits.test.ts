import { suite } from "uvu";
import * as assert from "uvu/assert";
import { asyncDef, BlockingThreads, blockingModule } from "../../mod.ts";
import { crowd, givePermitBack, nextNumber, permitsTaken, takePermit } from "../../src/bridge/permits.ts";
import { runtime } from "../../src/runtime/current.ts";
import { until } from "../support/pool.ts";
import { rejection, within } from "../support/within.ts";

const logic = blockingModule<typeof import("../fixtures/spinning.ts")>(
  new URL("../fixtures/spinning.ts", import.meta.url),
);

const test = suite("permits to spin");

const most = Math.min(runtime.parallelism - 1, 14);

test("there are fewer than cores, each for one at a time", () => {
  const mine = Array.from({ length: most + 1 }, () => nextNumber());
  const before = crowd();
  assert.equal(mine.map(takePermit), [...Array(most).fill(true), false]);
  assert.is(crowd(), before + 1, "the others are told that it is crowded");
  const [first, last] = [mine[0], mine.at(-1)] as [number, number];
  if (most > 0) {
    givePermitBack(last);
    assert.is(takePermit(last), false, "who has none gives none back");
    givePermitBack(first);
    assert.is(takePermit(last), true);
  }
  for (const number of mine) givePermitBack(number);
  assert.is(permitsTaken(), 0);
});

test("a thread that dies while it spins leaves its permit to others", async () => {
  if (most === 0) return;
  // Where it dies is not in our hands, so often that it sometimes does while it spins.
  for (let i = 0; i < 5; i++) {
    const threads = new BlockingThreads({ max: 1 });
    const trips = asyncDef.with({ threads })(logic.tripsForEver);
    const died = rejection(trips);
    await until(() => permitsTaken() > 0, "it spins");
    threads.terminate();
    await died;
    await until(() => permitsTaken() === 0, "the permit is back");
  }
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
