import { asyncModule, awaitlet } from "../../../mod.ts";
import { doesWithAwaitlet, withAwaitlet } from "../../support/steps.ts";
import { steps } from "./steps.ts";

const entities = asyncModule<typeof import("./entities.ts")>(new URL("./entities.ts", import.meta.url));

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name](entities, url, doesWithAwaitlet(awaitlet)), awaitlet);
}
