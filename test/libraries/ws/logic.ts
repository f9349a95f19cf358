import { asyncModule, awaitlet } from "../../../mod.ts";
import { withAwaitlet } from "../../support/steps.ts";
import { take } from "../take.ts";
import { steps } from "./steps.ts";

const ws = asyncModule<typeof import("ws")>("ws");
const events = asyncModule<typeof import("node:events")>("node:events");
const timers = asyncModule<typeof import("node:timers/promises")>("node:timers/promises");

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name]({ ws, events, timers, take }, url), awaitlet);
}
