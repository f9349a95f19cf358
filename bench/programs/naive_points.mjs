// The naive bridge, asking for rows: post, park, take the answer from the port.
import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";

const { memory, port } = workerData;
const cells = new Int32Array(memory);

function ask(id) {
  const seen = Atomics.load(cells, 0);
  port.postMessage(id);
  Atomics.wait(cells, 0, seen);
  for (;;) {
    // Deno's port may lag behind the cell by an instant.
    const got = receiveMessageOnPort(port);
    if (got !== undefined) return got.message;
  }
}

parentPort.on("message", (ms) => {
  let count = 0;
  for (const end = performance.now() + ms; performance.now() < end; count++) ask((count % 1000) + 1);
  parentPort.postMessage(count);
});
