/**
 * Runs the server of docs/processes.md in one process and in several, and prints answers a second of each, with the ratio.
 *
 * `npm run bench:cluster -- [--processes N] [--seconds N] [--rounds N]`. Rounds alternate, for the machine's own ups and downs.
 *
 * @module
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "../test/support/free_port.ts";
import { makeProject, readPage } from "../test/support/pages.ts";

const { values: options } = parseArgs({
  options: {
    processes: { type: "string", default: String(Math.max(2, availableParallelism())) },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "3" },
  },
});

const { files } = readPage("docs/processes.md").find(({ title }) => title === "One port") ?? { files: {} };
using project = makeProject(files, []);

async function answers(processes: number): Promise<number> {
  const PORT = String(await freePort());
  const env = { ...process.env, PORT, PROCESSES: String(processes), SECONDS: options.seconds };
  const command = [...process.execArgv] as const;
  const place = { cwd: project.folder, env };
  const server: ChildProcess = spawn(process.execPath, [...command, "src/server.ts"], {
    ...place,
    stdio: "inherit",
  });
  try {
    await answering(`http://127.0.0.1:${PORT}/`);
    const load = spawnSync(process.execPath, [...command, "src/load.ts"], { ...place, encoding: "utf8" });
    if (load.status !== 0) throw new Error(`count answers: the clients failed\n${load.stderr}`);
    return Number(load.stdout);
  } finally {
    server.kill();
    await once(server, "exit");
  }
}

/** Waits for the first answer of a server. */
async function answering(address: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (
      await fetch(address).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await setTimeout(100);
  }
  throw new Error(`wait for ${address}: it does not answer`);
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] as number;

const several = Number(options.processes);
const found: [number[], number[]] = [[], []];
for (let round = 0; round < Number(options.rounds); round++) {
  found[0].push(await answers(1));
  found[1].push(await answers(several));
}
const [one, more] = found.map(median) as [number, number];
console.log(
  `one process: ${one} answers a second, ${several} processes: ${more}, ratio ${(more / one).toFixed(2)}`,
);
