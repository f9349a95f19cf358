import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { withPool } from "../support/pool.ts";
import { within } from "../support/within.ts";

const blocking = blockingModule<typeof import("./full_ring.ts")>(new URL("./full_ring.ts", import.meta.url));

const test = suite("a full ring");

for (const [times, size] of [
  [25_000, 0],
  [2000, 1000],
  [300, 70_000],
  [20, 400_000],
] as const) {
  test(`${times} calls at once, with ${size} characters each, all get their answers`, async () => {
    await withPool({ max: 1 }, async ({ on }) => {
      // So that the ring stands at different places.
      for (let i = 0; i < 2; i++) assert.is(await within(on(blocking.called, times, size), 60), times * size);
    });
  });
}

test.run();
