// logic.ts: plain, blocking-style code. It is loaded on blocking threads.
import { asyncModule, awaitlet } from "../../mod.ts";

const users = asyncModule<typeof import("./users.ts")>(new URL("./users.ts", import.meta.url));

export function rename(id: number, name: string): string {
  const before = awaitlet(users.findName(id));
  awaitlet(users.saveName(id, name));
  return `${before} is ${name} now`;
}
