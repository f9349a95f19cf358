/** Async code that gives hostile values. */

import { ContextVar } from "../../mod.ts";
import { make } from "./values.ts";

export const variable: ContextVar<unknown> = new ContextVar<unknown>("hostile");

// Not async, nor awaited: a value that is thenable, or whose traps throw, is given as it is.
export const give = (name: string): unknown => make(name);
export const wrap = async (name: string): Promise<unknown> => ({ rows: [make(name)] });
export const take = async (value: unknown): Promise<string> => typeof value;
export const plain = async (): Promise<number> => 1;

export async function fail(name: string): Promise<never> {
  throw make(name);
}

export async function call(fn: (value?: unknown) => unknown, name?: string): Promise<string> {
  await (name === undefined ? fn() : fn(make(name)));
  return "called";
}

export async function set(name: string): Promise<number> {
  variable.set(make(name));
  return 1;
}

export async function* items(name: string): AsyncGenerator<unknown> {
  yield 1;
  yield [make(name)];
}

export const outcomeOf = async (promise: PromiseLike<unknown>): Promise<string> => {
  try {
    await promise;
    return "gave";
  } catch {
    return "threw";
  }
};
