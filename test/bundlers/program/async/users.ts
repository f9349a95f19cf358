// Its async back.
import { Money } from "../money.ts";

/** The front sees the same one: both have the module's only copy. */
export const names: Map<number, string> = new Map([[1, "ann"]]);

export async function findName(id: number): Promise<string | undefined> {
  return names.get(id);
}

export async function saveName(id: number, name: string): Promise<void> {
  names.set(id, name);
}

export async function priceOf(cents: number): Promise<Money> {
  return new Money(cents);
}
