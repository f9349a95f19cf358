// ws by blocking code, beside the same steps with await.

import { on, once } from "node:events";
import * as timers from "node:timers/promises";
import * as ws from "ws";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { takeAsync } from "./take.ts";
import { twins } from "./twins.ts";
import { drive } from "./ws/logic.ts";
import { startServer, stopServer } from "./ws/server_thread.ts";
import { steps } from "./ws/steps.ts";

type Name = keyof typeof steps;
const logic = blockingModule<typeof import("./ws/logic.ts")>(new URL("./ws/logic.ts", import.meta.url));
const url = syncDef(startServer);

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

const test = twins("ws", steps, [{ ws, events: { on, once }, timers, take: takeAsync }, url], blocking);
test.after(() => syncDef(stopServer));
test.run();
