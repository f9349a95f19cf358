import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { time } from "../timing.ts";
import { ANSWERED, type EchoStart } from "./echo_start.ts";

const { cells, port } = workerData as EchoStart;
let asked = 0;

function ask(): unknown {
  port.postMessage(null);
  Atomics.wait(cells, ANSWERED, asked);
  asked++;
  return receiveMessageOnPort(port)?.message;
}

parentPort?.on("message", (ms: number) => parentPort?.postMessage(time(ask, ms)));
parentPort?.postMessage("ready");
