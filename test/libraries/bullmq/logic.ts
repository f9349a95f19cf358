import { asyncModule, awaitlet } from "../../../mod.ts";
import { doesWithAwaitlet, withAwaitlet } from "../../support/steps.ts";
import { steps } from "./steps.ts";

const bullmq = asyncModule<typeof import("bullmq")>("bullmq");

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name](bullmq, url, doesWithAwaitlet(awaitlet)), awaitlet);
}
