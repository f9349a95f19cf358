/** The blocking side of the fuzz. */

import process from "node:process";
import { asyncModule, awaitlet, iterate } from "../../mod.ts";
import { arrivedAs } from "./codec.ts";
import { GraphMaker } from "./graphs.ts";
import type { Program } from "./programs.ts";
import { Chance } from "./random.ts";
import { makeThing, makeThings, type Thing, useThing } from "./things.ts";

const async = asyncModule<typeof import("./async.ts")>(new URL("./async.ts", import.meta.url));

const clear = (error: unknown) => error instanceof Error && error.message !== "";

/** What differs between the argument, or what comes and goes by awaits, and the graph of that seed. */
export function crosses(arrived: unknown, seed: number): string {
  const { value, expected, mayFail } = new GraphMaker(new Chance(seed)).make();
  const argument = arrivedAs(expected, arrived, mayFail);
  if (argument !== "") return `as an argument: ${argument}`;
  return there(value, seed, mayFail) || back(expected, seed, mayFail);
}

/** The same without an argument: it was refused. */
export function crossesByAwaits(seed: number): string {
  const { value, expected, mayFail } = new GraphMaker(new Chance(seed)).make();
  return there(value, seed, mayFail) || back(expected, seed, mayFail);
}

function there(value: unknown, seed: number, mayFail: boolean): string {
  try {
    const said = awaitlet(async.takes(value, seed));
    return said === "" ? "" : `as an argument of async code: ${said}`;
  } catch (error) {
    return mayFail && clear(error) ? "" : `as an argument of async code: refused by ${String(error)}`;
  }
}

function back(expected: unknown, seed: number, mayFail: boolean): string {
  let arrived: unknown;
  try {
    [arrived] = awaitlet(async.gives(seed));
  } catch (error) {
    return mayFail && clear(error) ? "" : `as an answer: refused by ${String(error)}`;
  }
  const said = arrivedAs(expected, arrived, mayFail);
  return said === "" ? "" : `as an answer: ${said}`;
}

export function gives(seed: number): unknown {
  return new GraphMaker(new Chance(seed)).make().value;
}

/** What differs between a live object and one of this thread's own, whatever is done to both. */
export function lives(seed: number): string {
  if (seed % 2 === 0) return livesInList(seed);
  const local = makeThing(new Chance(seed));
  const live = awaitlet(async.thing(seed)) as Thing;
  return useThing(new Chance(seed + 1), local, live);
}

function livesInList(seed: number): string {
  const local = makeThings(new Chance(seed));
  const live = awaitlet(async.things(seed)) as Thing[];
  const chance = new Chance(seed + 1);
  for (let i = 0; i < 3; i++) {
    const at = chance.below(local.length);
    const said = useThing(chance, local[at] as Thing, live[at] as Thing);
    if (said !== "") return `number ${at} of a list, ${said}`;
  }
  return "";
}

/** Runs a program. */
export function evaluate(program: Program): number {
  const [kind, first = ["value", 0], second = ["value", 0]] = program;
  switch (kind) {
    case "value":
      return program[1];
    case "later":
      return awaitlet(async.later(program[1]));
    case "throws":
      throw new RangeError(`failed ${program[1]}`);
    case "fails":
      return awaitlet(async.fails(program[1]));
    case "iterates": {
      let sum = 0;
      for (const i of iterate(async.upTo(program[1]))) sum += i;
      return sum;
    }
    case "exits":
      return process.exit(program[1]);
    case "calls":
      return awaitlet(async.call(() => evaluate(first as Program)));
    case "nests":
      return awaitlet(async.nest(first as Program));
    case "sum":
      return evaluate(first as Program) + evaluate(second as Program);
    case "both": {
      const [a, b] = awaitlet([async.nest(first as Program), async.later(7)] as const);
      return a + b + evaluate(second as Program);
    }
    default:
      try {
        return evaluate(first as Program);
      } catch (error) {
        // Neither a cancellation nor a death is caught: the model knows nothing of them.
        if (error instanceof RangeError) return -1;
        throw error;
      }
  }
}
