import { asyncModule, awaitlet, hold, iterate } from "../../mod.ts";

type Users = typeof import("./mock_users.ts");
const users = asyncModule<Users>(new URL("./mock_users.ts", import.meta.url));

export const nameOf = (id: number): string => awaitlet(users.findName(id));

export const both = (id: number): string[] => awaitlet([users.findName(id), users.findName(id + 1)]);

export function held(id: number): string {
  using name = hold(users.wrap(id));
  return awaitlet(name.value);
}

export const all = (): string[] => [...iterate(users.all())];

export const bornIn = (): number => awaitlet(users.born);

export const save = (id: number, name: string): void => awaitlet(users.save(id, name));
