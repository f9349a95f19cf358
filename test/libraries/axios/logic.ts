import { asyncModule, awaitlet } from "../../../mod.ts";
import { withAwaitlet } from "../../support/steps.ts";
import { steps } from "./steps.ts";

const axios = asyncModule<typeof import("axios")>("axios");

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name](axios, url), awaitlet);
}
