// knex by blocking code, beside the same steps with await.

import knex from "knex";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { isServerThere, url } from "../support/postgres.ts";
import { type Does, doesWithAwait } from "../support/steps.ts";
import { drive } from "./knex/logic.ts";
import { steps } from "./knex/steps.ts";
import { type AllSteps, twins } from "./twins.ts";

type Name = keyof typeof steps;
const logic = blockingModule<typeof import("./knex/logic.ts")>(new URL("./knex/logic.ts", import.meta.url));

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

const all: AllSteps<[typeof knex.knex, string, Does]> = steps;

twins("knex", all, [knex.knex, url, doesWithAwait], blocking, await isServerThere()).run();
