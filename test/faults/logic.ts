/** Blocking code that is in a state, and then does what ends it, or stays for others to end it. */

import { spawnSync } from "node:child_process";
import process from "node:process";
import { asyncModule, awaitlet, iterate } from "../../mod.ts";

const async = asyncModule<typeof import("./logic_async.ts")>(new URL("./logic_async.ts", import.meta.url));

/** What code does when it is in its state. */
export type Act =
  | "throws"
  | "overflows"
  | "exits"
  | "errs"
  | "hoards"
  | "loops"
  | "calls"
  | "stays"
  | "goes on";

const overflow = (n: number): number => overflow(n + 1) + 1;

/** Does it, from the thread's own code. */
export function die(act: Act): void {
  if (act === "exits") process.exit(7);
  if (act === "throws") throw new Error("its own");
  if (act === "overflows") overflow(0);
  if (act === "errs") {
    setTimeout(() => {
      throw new Error("nothing catches it");
    });
  }
  const kept: unknown[] = [];
  while (act === "hoards") kept.push(new Array(10_000).fill(kept.length));
  while (act === "loops");
  if (act === "calls") spawnSync("sleep", ["3"]);
}

function perform(act: Act): void {
  if (act === "stays") awaitlet(async.stay());
  while (act === "goes on") {
    try {
      awaitlet(async.stay());
    } catch {
      // It goes on.
    }
  }
  awaitlet(async.mark());
  die(act);
}

export function works(): string {
  return awaitlet(async.works());
}

export function runs(act: Act): void {
  perform(act);
}

export function parks(act: Act): void {
  if (act === "throws") awaitlet(async.throws());
  if (act === "overflows") awaitlet(async.overflows());
  perform(act);
}

export function calledBack(act: Act): void {
  awaitlet(async.call(() => perform(act)));
}

export function iterates(act: Act): void {
  for (const n of iterate(async.numbers())) if (n === 2) perform(act);
}

export function* generates(act: Act): Generator<number, void, undefined> {
  yield 1;
  perform(act);
}

export function nests(act: Act): void {
  awaitlet(async.nest(act));
}

/** Returns, and dies a moment later. */
export function idles(act: Act): void {
  setTimeout(() => die(act), 20);
}
