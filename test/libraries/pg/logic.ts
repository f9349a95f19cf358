import { asyncModule, awaitlet } from "../../../mod.ts";
import { withAwaitlet } from "../../support/steps.ts";
import { steps } from "./steps.ts";

const pg = asyncModule<typeof import("pg")>("pg");

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name](pg, url), awaitlet);
}
