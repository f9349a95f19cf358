import { asyncDef } from "../../mod.ts";
import { atMost, type Case, lessThanMore } from "../figure.ts";
import { makeSynchronized, synckit } from "../peers/synchronous.ts";
import { tableRows } from "../served/values.mjs";
import { time, timeAsync } from "../timing.ts";
import { calls, inAsyncDef } from "./awaitlet.ts";

/** 1,000 rows of 6 columns. */
export const rows: Case = {
  name: "rows",
  unit: "µs",
  contenders: [
    inAsyncDef("rows"),
    synckit("rows"),
    makeSynchronized("rows"),
    {
      name: "structuredClone of them",
      open: async () => (ms) => time(() => structuredClone(tableRows), ms),
    },
  ],
  comparisons: [
    { ours: "awaitlet", theirs: "synckit", reach: atMost(0.6) },
    { ours: "awaitlet", theirs: "make-synchronized" },
    { ours: "awaitlet", theirs: "structuredClone of them", reach: atMost(1.1) },
  ],
};

/** 1,000 objects of a class with methods, made anew each time, and the same as plain objects. A task for each: its end lets go of them. */
export const entities: Case = {
  name: "entities",
  unit: "µs",
  contenders: [
    { name: "alive", open: async () => (ms) => timeAsync(() => asyncDef(calls.entities), ms) },
    { name: "plain", open: async () => (ms) => timeAsync(() => asyncDef(calls.records), ms) },
  ],
  comparisons: [{ ours: "alive", theirs: "plain", reach: atMost(1.5) }],
};

/** 1 MiB of bytes, and 64 MiB that are moved. */
export const bytes: Case = {
  name: "bytes",
  unit: "µs",
  contenders: [
    { ...inAsyncDef("bytes"), name: "1 MiB" },
    synckit("bytes"),
    makeSynchronized("bytes"),
    { name: "64 MiB by transfer", open: async () => (ms) => asyncDef(calls.transferred, ms) },
    { ...inAsyncDef("row"), name: "a small row" },
  ],
  comparisons: [
    { ours: "1 MiB", theirs: "synckit", reach: atMost(0.4) },
    { ours: "1 MiB", theirs: "make-synchronized" },
    {
      ours: "64 MiB by transfer",
      theirs: "a small row",
      against: "64 MiB by transfer: a small row",
      reach: lessThanMore(1000, "1 ms"),
    },
  ],
};

/** 100 expressions awaited at once. */
export const gather: Case = {
  name: "gather",
  unit: "µs",
  contenders: [
    { name: "100 at once", open: async () => (ms) => asyncDef(calls.gathered, 100, ms) },
    { ...inAsyncDef("row"), name: "one alone" },
  ],
  comparisons: [{ ours: "100 at once", theirs: "one alone", reach: atMost(5) }],
};
