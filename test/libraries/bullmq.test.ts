// BullMQ by blocking code, beside the same steps with await.

import process from "node:process";
import * as bullmq from "bullmq";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { type Does, doesWithAwait } from "../support/steps.ts";
import { drive } from "./bullmq/logic.ts";
import { steps } from "./bullmq/steps.ts";
import { type AllSteps, answers, twins } from "./twins.ts";

type Name = keyof typeof steps;
const url = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";
const logic = blockingModule<typeof import("./bullmq/logic.ts")>(
  new URL("./bullmq/logic.ts", import.meta.url),
);

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

const all: AllSteps<[typeof bullmq, string, Does]> = steps;

twins("BullMQ", all, [bullmq, url, doesWithAwait], blocking, await answers(url)).run();
