import { asyncModule, awaitlet } from "../../../mod.ts";
import { withAwaitlet } from "../../support/steps.ts";
import { take } from "../take.ts";
import { steps } from "./steps.ts";

const undici = asyncModule<typeof import("undici")>("undici");
const streams = asyncModule<typeof import("node:stream")>("node:stream");
const timers = asyncModule<typeof import("node:timers/promises")>("node:timers/promises");
const sinks = asyncModule<typeof import("./sinks.ts")>(new URL("./sinks.ts", import.meta.url));

export function drive(name: keyof typeof steps, url: string): unknown {
  return withAwaitlet(steps[name]({ undici, streams, timers, sinks, take }, url), awaitlet);
}
