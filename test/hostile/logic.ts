/** Blocking code that is given hostile values, and gives them: one function for each place where a value can stand. */

import { asyncModule, awaitlet, iterate } from "../../mod.ts";
import { make } from "./values.ts";

const back = asyncModule<typeof import("./back.ts")>(new URL("./back.ts", import.meta.url));

let calls = 0;
/** Says how often this thread was asked. */
export const count = (): number => ++calls;

/** What an action comes to, without looking at what it gives or throws. */
function outcomeOf(act: () => unknown): string {
  try {
    act();
    return "gave";
  } catch {
    return "threw";
  }
}

/** The places where a value comes from the loop, within a task. */
export const asResult = (name: string): string => outcomeOf(() => awaitlet(back.give(name)));
export const inResult = (name: string): string => outcomeOf(() => awaitlet(back.wrap(name)));
export const asError = (name: string): string => outcomeOf(() => awaitlet(back.fail(name)));
export const asArgumentOfCallback = (name: string): string =>
  outcomeOf(() => awaitlet(back.call(() => 1, name)));
export const asVariableOfLoop = (name: string): string => outcomeOf(() => awaitlet(back.set(name)));
export const asItem = (name: string): string =>
  outcomeOf(() => {
    for (const _ of iterate(back.items(name)));
  });

/** The places where a value goes to the loop, within a task. */
export const asArgumentOfAsync = (name: string): string =>
  outcomeOf(() => awaitlet(back.take(make(name) as never)));
export const asResultOfCallback = (name: string): string =>
  outcomeOf(() => awaitlet(back.call(() => make(name))));
export const asErrorOfCallback = (name: string): string =>
  outcomeOf(() =>
    awaitlet(
      back.call(() => {
        throw make(name);
      }),
    ),
  );

/** Where the value goes to the loop with the end of the task. */
export const returns = (name: string): unknown => make(name);
export const throws = (name: string): never => {
  throw make(name);
};
export function* yields(name: string): Generator<unknown> {
  yield 1;
  yield make(name);
}

/** Where it comes with the task. */
export const takes = (value: unknown): string => typeof value;

/** Where it is what the task is cancelled with. */
export function stays(): string {
  try {
    for (;;) awaitlet(back.plain());
  } catch {
    return awaitlet(back.plain()) as never;
  }
}
