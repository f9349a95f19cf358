// mysql2 by blocking code, beside the same steps with await.

import process from "node:process";
import mysql from "mysql2/promise";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { drive } from "./mysql2/logic.ts";
import { steps } from "./mysql2/steps.ts";
import { answers, twins } from "./twins.ts";

type Name = keyof typeof steps;
const url = process.env.MYSQL_URL ?? "mysql://root@127.0.0.1:3306/test";
const logic = blockingModule<typeof import("./mysql2/logic.ts")>(
  new URL("./mysql2/logic.ts", import.meta.url),
);

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

twins("mysql2", steps, [mysql, url], blocking, await answers(url)).run();
