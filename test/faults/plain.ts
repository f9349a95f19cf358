/** The matrix of plain programs: their own thread is parked in `syncDef()`, and its companion ends, or does not answer. */

import { asyncModule, awaitlet, iterate, syncDef } from "../../mod.ts";
import { ANSWERED, type Cell, DIED, type Ended, NONE, OWN_ERROR, outcomeOf } from "./cells.ts";
import type { CompanionAct } from "./plain_async.ts";

const async = asyncModule<typeof import("./plain_async.ts")>(new URL("./plain_async.ts", import.meta.url));

const TABLE = "plain programs";
const TIMEOUT = 100;

const WAYS: Readonly<Record<string, CompanionAct>> = {
  throws: "throws",
  "stack overflow": "overflows",
  "companion exits": "exits",
  "uncaught error": "errs",
  timeout: "stays",
};

const STATES: Readonly<Record<string, readonly string[]>> = {
  parked: [OWN_ERROR, "RangeError", DIED, DIED, "TimeoutError"],
  "in a callback": [OWN_ERROR, "RangeError", DIED, DIED, "TimeoutError"],
  "in iterate()": [OWN_ERROR, "RangeError", DIED, DIED, "TimeoutError"],
  // The next call is the first that can be told.
  "between calls": [NONE, NONE, DIED, NONE, NONE],
};

function enter(state: string, act: CompanionAct): void {
  if (state === "parked") awaitlet(async.perform(act));
  else if (state === "in a callback") awaitlet(async.call(() => awaitlet(async.perform(act))));
  else for (const _ of iterate(async.numbers(act)));
}

function outcome(act: () => unknown): string {
  try {
    act();
    return ANSWERED;
  } catch (error) {
    return outcomeOf(error);
  }
}

const works = () => syncDef(() => awaitlet(async.works()));

async function run(state: string, way: string): Promise<Ended> {
  const act = WAYS[way] as CompanionAct;
  works();
  if (state === "between calls") {
    syncDef(() => awaitlet(async.perform("exits later")));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  const def = way === "timeout" ? syncDef.with({ timeout: TIMEOUT }) : syncDef;
  const begun = performance.now() + (way === "timeout" ? TIMEOUT : 0);
  const got = outcome(state === "between calls" ? works : () => def(() => enter(state, act)));
  const ms = Math.max(0, performance.now() - begun);
  const next = outcome(works);
  return { outcome: next === ANSWERED ? got : `${got}, and the next call got ${next}`, ms };
}

/** The cells of the matrix. */
export function plainCells(): Cell[] {
  return Object.entries(STATES).flatMap(([state, outcomes]) =>
    Object.keys(WAYS).map((way, i) => ({
      table: TABLE,
      state,
      way,
      expected: outcomes[i] as string,
      run: () => run(state, way),
    })),
  );
}
