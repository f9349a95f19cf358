// The naive bridge: post, park, take the answer from the port.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";

const { memory, port, count } = workerData;
const cells = new Int32Array(memory);

function ask() {
  const seen = Atomics.load(cells, 0);
  port.postMessage(null);
  Atomics.wait(cells, 0, seen);
  for (;;) {
    // Deno's port may lag behind the cell by an instant.
    const got = receiveMessageOnPort(port);
    if (got !== undefined) return got.message;
  }
}

const from = performance.now();
for (let i = 0; i < count; i++) ask();
parentPort.postMessage(performance.now() - from);
