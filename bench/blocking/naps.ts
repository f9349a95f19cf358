import { asyncModule, awaitlet } from "../../mod.ts";

const naps = asyncModule<typeof import("../served/naps.ts")>(new URL("../served/naps.ts", import.meta.url));

/** Awaits 4 times 10 ms. */
export function fourNaps(): void {
  for (let i = 0; i < 4; i++) awaitlet(naps.nap());
}
