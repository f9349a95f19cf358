import { asyncModule, awaitlet } from "../../../mod.ts";
import { withAwaitlet } from "../../support/steps.ts";
import { steps } from "./steps.ts";

const fs = asyncModule<typeof import("node:fs/promises")>("fs/promises");

export function drive(name: keyof typeof steps, folder: string): unknown {
  return withAwaitlet(steps[name](fs, folder), awaitlet);
}
