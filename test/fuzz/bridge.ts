/** Graphs, live objects and programs through the bridge, both ways. */

import { asyncDef, BlockingThreads, blockingModule, ThreadDied } from "../../mod.ts";
import { poolOf } from "../../src/blocking_threads.ts";
import { within } from "../support/within.ts";
import { pool } from "./async.ts";
import { arrivedAs } from "./codec.ts";
import { GraphMaker } from "./graphs.ts";
import { makeProgram, outcomeOf } from "./programs.ts";
import { Chance } from "./random.ts";

const logic = blockingModule<typeof import("./logic.ts")>(new URL("./logic.ts", import.meta.url));
const threads = new BlockingThreads({ max: 3 });
const on = asyncDef.with({ threads });
pool.threads = threads;

/** How long a case may take, in seconds. */
const PATIENCE = 60;

const isClear = (error: unknown) =>
  error instanceof Error && !(error instanceof ThreadDied) && error.message !== "";

/** A graph as an argument, as an answer, as an argument of async code, and as a result. */
export async function bridgeCase(seed: number): Promise<string> {
  const { value, expected, mayFail } = new GraphMaker(new Chance(seed)).make();
  const crossed = await within(
    on(logic.crosses, value, seed).catch((error: unknown) => {
      if (!mayFail || !isClear(error)) return `as an argument: refused by ${String(error)}`;
      return on(logic.crossesByAwaits, seed);
    }),
    PATIENCE,
  );
  if (crossed !== "") return crossed;
  let result: unknown;
  try {
    result = await within(on(logic.gives, seed), PATIENCE);
  } catch (error) {
    return mayFail && isClear(error) ? "" : `as a result: refused by ${String(error)}`;
  }
  const said = arrivedAs(expected, result, mayFail);
  return said === "" ? "" : `as a result: ${said}`;
}

/** An object that stays on the loop, and one of the blocking thread's own. */
export async function liveCase(seed: number): Promise<string> {
  return await within(on(logic.lives, seed), PATIENCE);
}

const reason = new Error("aborted");

async function runProgram(chance: Chance): Promise<string> {
  const program = makeProgram(chance);
  const expected = outcomeOf(program);
  const controller = new AbortController();
  const isAborted = chance.oneIn(6);
  if (isAborted) setTimeout(() => controller.abort(reason), chance.below(8));
  const task = asyncDef.with({ threads, signal: controller.signal, grace: 10_000 })(logic.evaluate, program);
  const got = await within(
    task.catch((error: unknown) => {
      if (error === reason && isAborted) return expected;
      return error instanceof ThreadDied ? "dies" : (error as Error).message;
    }),
    PATIENCE,
  );
  return Object.is(got, expected) ? "" : `${JSON.stringify(program)} gave ${got}, not ${expected}`;
}

/** Tasks at once that await, call back, nest, throw, iterate, are aborted, and end their threads. */
export async function concurrencyCase(seed: number): Promise<string> {
  const chance = new Chance(seed);
  const said = await Promise.all(Array.from({ length: 10 }, () => runProgram(chance)));
  const wrong = said.filter((text) => text !== "");
  if (wrong.length > 0) return wrong.join("; ");
  // A task that another has started may outlive it a little.
  for (let i = 0; i < 1000 && poolOf(threads).held.tasks > 0; i++) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const { tasks, references, calls } = poolOf(threads).held;
  return tasks + references + calls === 0
    ? ""
    : `${tasks} tasks, ${references} references, ${calls} calls are held`;
}

/** Ends the threads of the cases. */
export function endThreads(): void {
  threads.terminate();
}
