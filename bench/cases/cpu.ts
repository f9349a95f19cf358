import process from "node:process";
import { asyncDef } from "../../mod.ts";
import { atMost, type Case, type Contender } from "../figure.ts";
import { openSynckit } from "../peers/synchronous.ts";
import { native } from "../postgres/native.ts";
import { dropTable, theTable } from "../postgres/table.ts";
import { calls } from "./awaitlet.ts";
import { queries } from "./postgres.ts";

/** The CPU time that the whole process took, all its threads, for 10,000 of what `count` counts, in milliseconds. */
async function cpuTime(count: () => number | Promise<number>): Promise<number> {
  const before = process.cpuUsage();
  const done = await count();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) / 1000 / done) * 10_000;
}

/** Does something for so many milliseconds; gives how often. */
async function repeat(ms: number, work: () => unknown): Promise<number> {
  let count = 0;
  for (const end = performance.now() + ms; performance.now() < end; count++) await work();
  return count;
}

const roundTrips: Contender = {
  name: "10,000 round trips",
  open: async () => (ms) => cpuTime(() => asyncDef(calls.countRoundTrips, ms)),
};

const roundTripsOfSynckit: Contender = {
  name: "synckit",
  async open() {
    const call = await openSynckit();
    return (ms) =>
      cpuTime(() => {
        let count = 0;
        for (const end = performance.now() + ms; performance.now() < end; count++) call("row");
        return count;
      });
  },
};

const points: Contender = {
  name: "10,000 point queries",
  async open() {
    const table = await theTable();
    return (ms) => cpuTime(() => asyncDef(queries.countPoints, table, ms));
  },
};

const pointsOfNative: Contender = {
  name: "postgres.js",
  async open() {
    const sql = await native(1);
    return (ms) => cpuTime(() => repeat(ms, () => sql.point()));
  },
};

/** What no speed is to be bought with. */
export const cpu = (quick: boolean): Case => ({
  name: "cpu",
  unit: "ms",
  // The clock of CPU time may tick but every few milliseconds.
  effort: quick ? {} : { ms: 400 },
  contenders: [roundTrips, roundTripsOfSynckit, points, pointsOfNative],
  comparisons: [
    { ours: "10,000 round trips", theirs: "synckit", against: "round trips: synckit", reach: atMost(1) },
    {
      ours: "10,000 point queries",
      theirs: "postgres.js",
      against: "point queries: postgres.js",
      reach: atMost(1.25),
    },
  ],
  close: dropTable,
});
