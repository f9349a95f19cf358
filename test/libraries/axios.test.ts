// axios by blocking code, beside the same steps with await.

import * as axios from "axios";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { drive } from "./axios/logic.ts";
import { steps } from "./axios/steps.ts";
import { startServer, stopServer } from "./http_server_thread.ts";
import { twins } from "./twins.ts";

type Name = keyof typeof steps;
const logic = blockingModule<typeof import("./axios/logic.ts")>(new URL("./axios/logic.ts", import.meta.url));
const url = syncDef(startServer);

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

const test = twins("axios", steps, [axios, url], blocking);
test.after(() => syncDef(stopServer));
test.run();
