import { iterate } from "../../mod.ts";

/** The first items of what can be iterated over, all by default, by `for await`. */
export async function takeAsync(iterable: AsyncIterable<unknown>, count?: number): Promise<unknown[]> {
  const items: unknown[] = [];
  for await (const item of iterable) if (items.push(item) === count) break;
  return items;
}

/** The same in blocking code. */
export function take(iterable: AsyncIterable<unknown>, count?: number): unknown[] {
  const items: unknown[] = [];
  for (const item of iterate(iterable)) if (items.push(item) === count) break;
  return items;
}

/** Takes items, whichever way. */
export type Take = (iterable: AsyncIterable<unknown>, count?: number) => unknown;
