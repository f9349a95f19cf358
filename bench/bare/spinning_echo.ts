import { parentPort, workerData } from "node:worker_threads";
import { time } from "../timing.ts";
import { ANSWERED, ASKED, type EchoStart } from "./echo_start.ts";

const { cells, port, wake } = workerData as EchoStart;
let asked = 0;

function ask(): void {
  asked++;
  if (wake === "port") {
    port.postMessage(null);
  } else {
    Atomics.store(cells, ASKED, asked);
    Atomics.notify(cells, ASKED);
  }
  while (Atomics.load(cells, ANSWERED) !== asked);
}

parentPort?.on("message", (ms: number) => parentPort?.postMessage(time(ask, ms)));
parentPort?.postMessage("ready");
