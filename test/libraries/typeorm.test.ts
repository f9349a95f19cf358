// TypeORM by blocking code, beside the same steps with await.

import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { type Does, doesWithAwait } from "../support/steps.ts";
import { type AllSteps, twins } from "./twins.ts";
import * as entities from "./typeorm/entities.ts";
import { drive } from "./typeorm/logic.ts";
import { steps } from "./typeorm/steps.ts";

type Name = keyof typeof steps;
const logic = blockingModule<typeof import("./typeorm/logic.ts")>(
  new URL("./typeorm/logic.ts", import.meta.url),
);

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

const all: AllSteps<[typeof entities, string, Does]> = steps;

twins("TypeORM", all, [entities, url, doesWithAwait], blocking, await isServerThere()).run();
