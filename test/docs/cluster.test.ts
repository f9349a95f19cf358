// The server of docs/processes.md as it stands: two processes behind one port, one of which is killed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePort } from "../support/free_port.ts";
import { makeProject, readPage } from "../support/pages.ts";
import { name, runsFile } from "../support/this_runtime.ts";
import { within } from "../support/within.ts";

const test = suite("one port for several processes");

const { files } = readPage("docs/processes.md").find(({ title }) => title === "One port") ?? { files: {} };

/** Asks until `found` says that it has seen enough. */
async function askUntil(
  address: string,
  found: (pids: ReadonlyMap<number, number>) => boolean,
): Promise<void> {
  const pids = new Map<number, number>();
  const deadline = performance.now() + 60_000;
  while (!found(pids)) {
    assert.ok(performance.now() < deadline, `answers by process: ${JSON.stringify([...pids])}`);
    // A connection that was given to the process which is killed is never answered.
    const signal = AbortSignal.timeout(2000);
    const text = await fetch(address, { headers: { connection: "close" }, signal })
      .then((response) => (response.ok ? response.text() : undefined))
      .catch(() => undefined);
    if (text === undefined) {
      await setTimeout(50);
      continue;
    }
    const [, pid] = /^<h1>page \/a of process (\d+)<\/h1>$/.exec(text) ?? [];
    pids.set(Number(pid), (pids.get(Number(pid)) ?? 0) + 1);
  }
}

// Deno has no node:cluster: one process serves there.
const processes = name === "deno" ? 1 : 2;

test("each process answers by its own threads, and one that is killed is replaced", async () => {
  using project = makeProject(files, []);
  const PORT = String(await freePort());
  const [program, ...args] = runsFile("src/server.ts");
  const env = { ...process.env, PORT, PROCESSES: String(processes) };
  const server = spawn(program, args, { cwd: project.folder, env, stdio: "inherit" });
  const ended = once(server, "exit");
  try {
    const address = `http://127.0.0.1:${PORT}/a`;
    let first: number[] = [];
    await askUntil(address, (pids) => {
      first = [...pids.keys()];
      return first.length === processes;
    });
    assert.ok(!first.includes(Number.NaN));
    if (processes === 1) return;
    const [victim] = first as [number];
    process.kill(victim, "SIGKILL");
    await askUntil(address, (pids) => [...pids.keys()].some((pid) => !first.includes(pid)));
  } finally {
    process.kill(server.pid as number, "SIGTERM");
    await within(ended);
  }
});

test.run();
