import { asyncModule, awaitlet } from "../../mod.ts";

const gate = asyncModule<typeof import("./gate.ts")>(new URL("./gate.ts", import.meta.url));

export function wait(): void {
  awaitlet(gate.wait());
}
