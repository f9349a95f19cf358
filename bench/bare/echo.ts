/**
 * Bare echoes: a worker asks, this thread's loop awaits a resolved async function and answers. No value is encoded,
 * no error caught, no second call can come: the limits of what a bridge can reach.
 *
 * @module
 */

import process from "node:process";
import { MessageChannel } from "node:worker_threads";
import type { Batch, Contender } from "../figure.ts";
import { row } from "../served/values.mjs";
import { ANSWERED, ASKED, type EchoStart } from "./echo_start.ts";
import { answerOf, bareWorker } from "./worker.ts";

async function start(
  module: URL,
  wake: EchoStart["wake"],
  answer: (start: EchoStart) => void,
): Promise<Batch> {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const { port1, port2 } = new MessageChannel();
  answer({ cells, port: port1, wake });
  const worker = bareWorker(module, { cells, port: port2, wake } satisfies EchoStart, [port2]);
  await answerOf(worker);
  return async (ms) => {
    const measured = answerOf(worker);
    worker.postMessage(ms);
    return (await measured) as number;
  };
}

/** Both ways by a port, and the worker parks meanwhile. The row crosses, by structured clone. */
export const parkingEcho: Contender = {
  name: "bare echo, parking",
  open: () =>
    start(new URL("./parking_echo.ts", import.meta.url), "port", ({ cells, port }) => {
      port.on("message", async () => {
        port.postMessage(await row());
        Atomics.add(cells, ANSWERED, 1);
        Atomics.notify(cells, ANSWERED);
      });
    }),
};

/**
 * The worker spins on a cell that the loop raises. Which means wakes the loop faster, a message or a cell, differs by
 * runtime and by what else the machine does: it is tried both ways, and the faster counts. Not on Node, where a
 * message is the faster, and now and then a cell wakes nobody. No row crosses.
 */
export const spinningEcho: Contender = {
  name: "bare echo, spinning",
  async open() {
    const byPort = await startSpinning("port");
    if (!process.versions.deno && !process.versions.bun) return byPort;
    const byCell = await startSpinning("cell");
    return async (ms) => Math.min(await byPort(ms / 2), await byCell(ms / 2));
  },
};

function startSpinning(wake: EchoStart["wake"]): Promise<Batch> {
  return start(new URL("./spinning_echo.ts", import.meta.url), wake, ({ cells, port }) => {
    const answer = async () => {
      await row();
      Atomics.add(cells, ANSWERED, 1);
    };
    if (wake === "port") port.on("message", answer);
    else void answerByCell(cells, answer);
  });
}

async function answerByCell(cells: Int32Array, answer: () => Promise<void>): Promise<void> {
  for (let seen = 0; ; seen++) {
    await Atomics.waitAsync(cells, ASKED, seen).value;
    await answer();
  }
}
