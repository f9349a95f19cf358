// ioredis by blocking code, beside the same steps with await.

import process from "node:process";
import * as ioredis from "ioredis";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { drive } from "./ioredis/logic.ts";
import { steps } from "./ioredis/steps.ts";
import { answers, twins } from "./twins.ts";

type Name = keyof typeof steps;
const url = process.env.REDIS_URL ?? "redis://127.0.0.1:6379";
const logic = blockingModule<typeof import("./ioredis/logic.ts")>(
  new URL("./ioredis/logic.ts", import.meta.url),
);

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

twins("ioredis", steps, [ioredis as never, url], blocking, await answers(url)).run();
