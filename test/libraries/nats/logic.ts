import { asyncModule, awaitlet } from "../../../mod.ts";
import { withAwaitlet } from "../../support/steps.ts";
import { take } from "../take.ts";
import { steps } from "./steps.ts";

const nats = asyncModule<typeof import("@nats-io/transport-node")>("@nats-io/transport-node");
const timers = asyncModule<typeof import("node:timers/promises")>("node:timers/promises");

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name]({ nats, timers, take }, url), awaitlet);
}
