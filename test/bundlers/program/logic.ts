// Its blocking code.
import { asyncModule, awaitlet } from "../../../mod.ts";
import { Money } from "./money.ts";
import { shout } from "./words.ts";

const users = asyncModule<typeof import("./async/users.ts")>(
  // On the event loop's thread.
  new URL("./async/users.ts", import.meta.url),
);

export function rename(id: number, name: string, say: (word: string) => string): string {
  const before = awaitlet(users.findName(id)) ?? "nobody";
  awaitlet(users.saveName(id, name));
  return `${say(before)} is ${name} now${shout("!")}`;
}

export function price(cents: number): Money {
  return new Money(awaitlet(users.priceOf(cents)).cents);
}
