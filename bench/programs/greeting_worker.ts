import { parentPort, workerData } from "node:worker_threads";
import { greet } from "./ten_lines.ts";

parentPort?.postMessage(greet(workerData as string));
