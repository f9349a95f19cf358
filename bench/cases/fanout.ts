import { asyncDef, blockingModule } from "../../mod.ts";
import { atMost, type Case } from "../figure.ts";
import { mostAtOnce, nap } from "../served/naps.ts";

const naps = blockingModule<typeof import("../blocking/naps.ts")>(
  new URL("../blocking/naps.ts", import.meta.url),
);

async function took(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

/** So many tasks of 4 awaits of 10 ms each, all at once, on the default pool. */
export const fanout = (quick: boolean): Case => {
  const tasks = quick ? 100 : 500;
  const ideal = () => (tasks / mostAtOnce()) * 40;
  return {
    name: "fanout",
    unit: "ms",
    effort: { rounds: quick ? 1 : 5 },
    contenders: [
      {
        name: "awaitlet",
        open: async () => () =>
          took(() => Promise.all(Array.from({ length: tasks }, () => asyncDef(naps.fourNaps)))),
      },
      // By reckoning: for as many threads as there were.
      { name: "ideal", open: async () => ideal },
      {
        name: "the same on the loop, in as many lanes",
        open: async () => () => {
          let left = tasks;
          const lane = async () => {
            for (; left > 0; left--) for (let i = 0; i < 4; i++) await nap();
          };
          return took(() => Promise.all(Array.from({ length: mostAtOnce() }, lane)));
        },
      },
    ],
    comparisons: [
      { ours: "awaitlet", theirs: "ideal", reach: atMost(1.2) },
      { ours: "awaitlet", theirs: "the same on the loop, in as many lanes" },
    ],
  };
};
