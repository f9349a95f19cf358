import { asyncModule, awaitlet } from "../../../mod.ts";
import { withAwaitlet } from "../../support/steps.ts";
import { steps } from "./steps.ts";

const ioredis = asyncModule<typeof import("ioredis")>("ioredis");

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name](ioredis, url), awaitlet);
}
