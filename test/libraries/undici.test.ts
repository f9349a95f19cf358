// undici by blocking code, beside the same steps with await.

import { PassThrough } from "node:stream";
import * as timers from "node:timers/promises";
import * as undici from "undici";
import { asyncDef, blockingModule, syncDef } from "../../mod.ts";
import { name as runtime } from "../support/this_runtime.ts";
import { startServer, stopServer } from "./http_server_thread.ts";
import { takeAsync } from "./take.ts";
import { twins } from "./twins.ts";
import { drive } from "./undici/logic.ts";
import * as sinks from "./undici/sinks.ts";
import { steps } from "./undici/steps.ts";

type Name = keyof typeof steps;
const logic = blockingModule<typeof import("./undici/logic.ts")>(
  new URL("./undici/logic.ts", import.meta.url),
);
const url = syncDef(startServer);

const blocking = {
  asyncDef: (name: string) => asyncDef(logic.drive, name as Name, url),
  syncDef: (name: string) => syncDef(drive, name as Name, url),
};

// Bun has an undici of its own, in which what these use is missing.
const missing = ["bodies", "client", "pool", "stream", "pipeline", "dispatch", "errors", "timeouts"];
missing.push("mock", "mockCallbacks", "interceptor", "globalMock", "cookies");
const isThere = ([name]: [string, unknown]) => runtime !== "bun" || !missing.includes(name);
const known = Object.fromEntries(Object.entries(steps).filter(isThere));

const test = twins(
  "undici",
  known,
  [{ undici, streams: { PassThrough }, timers, sinks, take: takeAsync }, url],
  blocking,
);
test.after(() => syncDef(stopServer));
test.run();
