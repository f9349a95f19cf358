import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule } from "../../mod.ts";
import { isWaiting, open } from "../fixtures/loop_side.ts";
import { until, withPool } from "../support/pool.ts";
import { rejection, within } from "../support/within.ts";

const logic = blockingModule<typeof import("../fixtures/cancellation.ts")>(
  new URL("../fixtures/cancellation.ts", import.meta.url),
);

const test = suite("threads that were ended");

// A thread is ended at whatever it does: just then it may have claimed the wake-up of the loop, or a task, or the right to run.
test("the next task runs, whatever the thread before was ended at", async () => {
  for (let i = 0; i < 12; i++) {
    await withPool({ max: 1 }, async ({ on, with: options }) => {
      const controller = new AbortController();
      const gate = `ended ${i}`;
      const ended = rejection(options({ signal: controller.signal, grace: i % 4 })(logic.parks, gate));
      await until(() => isWaiting(gate), "it waits");
      controller.abort(new Error("enough"));
      await ended;
      assert.type(await within(on(logic.beginnings)), "number");
      open(gate);
    });
  }
});

test.run();
