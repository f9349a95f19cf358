import { parkingEcho, spinningEcho } from "../bare/echo.ts";
import { atMost, type Case } from "../figure.ts";
import { makeSynchronized, synckit } from "../peers/synchronous.ts";
import { inAsyncDef, inSyncDef } from "./awaitlet.ts";

/** A small row of a resolved async function. */
export const roundtrip: Case = {
  name: "roundtrip",
  unit: "µs",
  contenders: [inAsyncDef("row"), synckit("row"), makeSynchronized("row"), parkingEcho, spinningEcho],
  comparisons: [
    { ours: "awaitlet", theirs: "synckit", reach: atMost(0.5) },
    { ours: "awaitlet", theirs: "make-synchronized", reach: atMost(0.5) },
    { ours: "awaitlet", theirs: parkingEcho.name, reach: atMost(0.5) },
    { ours: "awaitlet", theirs: spinningEcho.name, reach: atMost(4) },
  ],
};

/** The same on the caller's own thread. */
export const roundtripSync: Case = {
  name: "roundtrip-sync",
  unit: "µs",
  contenders: [inSyncDef("row"), synckit("row"), makeSynchronized("row")],
  comparisons: [
    { ours: "awaitlet, syncDef", theirs: "synckit", reach: atMost(0.7) },
    { ours: "awaitlet, syncDef", theirs: "make-synchronized", reach: atMost(0.7) },
  ],
};
