import { asyncModule, awaitlet } from "../../mod.ts";

const back = asyncModule<typeof import("./later.ts")>(new URL("./later.ts", import.meta.url));

export function run(): readonly unknown[] {
  const before = [awaitlet(back.client), awaitlet(back.calls)];
  awaitlet(back.init());
  return [...before, awaitlet(back.client?.greet("ann")), awaitlet(back.calls)];
}

export let assigned: (n: number) => number;

/** Assigns an export of this very module. */
export function assign(): void {
  assigned = (n) => 2 * n;
}
