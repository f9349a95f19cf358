import { asyncModule, awaitlet } from "../../mod.ts";
import { prepareStacks, type Way } from "./prepare.ts";

const back = asyncModule<typeof import("./back.ts")>(new URL("./back.ts", import.meta.url));

export function sum(a: number, b: number): number {
  return awaitlet(back.sum(a, b));
}

export function throwsHere(): never {
  throw new RangeError("thrown here");
}

export function throwsThere(): never {
  return awaitlet(back.throws()) as never;
}

/** Has this thread's stacks made by the program. */
export function prepare(way: Way | undefined): void {
  prepareStacks(way);
}

/** A callback within a callback, and so on; the innermost throws. */
export function goesDown(depth: number): unknown {
  if (depth > 0) return awaitlet(back.call(() => goesDown(depth - 1)));
  throw new RangeError("at the bottom");
}

export function goesDownForEver(): unknown {
  return awaitlet(back.call(goesDownForEver));
}
