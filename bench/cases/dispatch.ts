import { asyncDef } from "../../mod.ts";
import { atMost, type Case } from "../figure.ts";
import { comlink, piscina, tinypool } from "../peers/pools.ts";
import { timeAsync } from "../timing.ts";
import { calls } from "./awaitlet.ts";

/** A function that returns at once, run on another thread, one task after the other. */
export const dispatch: Case = {
  name: "dispatch",
  unit: "µs",
  contenders: [
    { name: "awaitlet", open: async () => (ms) => timeAsync(() => asyncDef(calls.nothing), ms) },
    piscina,
    tinypool,
    comlink,
  ],
  comparisons: [
    { ours: "awaitlet", theirs: "Piscina", reach: atMost(1) },
    { ours: "awaitlet", theirs: "Tinypool", reach: atMost(1) },
    { ours: "awaitlet", theirs: "Comlink" },
  ],
};
