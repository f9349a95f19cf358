import { suite } from "uvu";
import * as assert from "uvu/assert";
import { blockingModule, type FromBlockingModule, ThreadDied } from "../../mod.ts";
import { withPool } from "../support/pool.ts";
import { name as runtime } from "../support/this_runtime.ts";
import { rejection, within } from "../support/within.ts";

const test = suite("out of memory");

const dying = blockingModule<typeof import("../fixtures/dying.ts")>(
  new URL("../fixtures/dying.ts", import.meta.url),
);
const loading = blockingModule<typeof import("../fixtures/loading/runs_out_of_memory.ts")>(
  new URL("../fixtures/loading/runs_out_of_memory.ts", import.meta.url),
);

const cases: Record<string, (() => Promise<unknown>) & FromBlockingModule> = {
  "in one go": dying.hoards,
  "from await to await": dying.hoardsAwaiting,
  "while the module loads": loading.f,
};

// Bun bounds the memory of the whole process only, and then ends it: there a thread may still ask for too much at once.
for (const [name, fn] of Object.entries(
  runtime === "bun" ? { "asked for at once": dying.asksTooMuch } : cases,
)) {
  test(`a thread that runs out of it, ${name}, takes neither the process nor the next task along`, async () => {
    await withPool({ max: 1, memoryLimit: 64 }, async ({ on }) => {
      const error = await rejection(on(fn), 60);
      assert.instance(error, runtime === "bun" ? RangeError : ThreadDied);
      assert.match((error as Error).message, /memory/i);
      assert.is(await within(on(dying.works, 1)), 2);
    });
  });
}

test.run();
