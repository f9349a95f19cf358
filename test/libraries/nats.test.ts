// NATS by blocking code, beside the same steps with await.

import process from "node:process";
import * as timers from "node:timers/promises";
import * as nats from "@nats-io/transport-node";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { drive } from "./nats/logic.ts";
import { steps } from "./nats/steps.ts";
import { takeAsync } from "./take.ts";
import { answers, twins } from "./twins.ts";

type Name = keyof typeof steps;
const url = process.env.NATS_URL ?? "nats://127.0.0.1:4222";
const logic = blockingModule<typeof import("./nats/logic.ts")>(new URL("./nats/logic.ts", import.meta.url));

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

twins("nats", steps, [{ nats, timers, take: takeAsync }, url], blocking, await answers(url)).run();
