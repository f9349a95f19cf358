// The jobs of docs/processes.md as they stand: two processes that work, one of which is killed.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeProject, readPage } from "../support/pages.ts";
import { ask, isServerThere, ownDatabase } from "../support/postgres.ts";
import { runsFile } from "../support/this_runtime.ts";
import { installTools } from "../support/tools.ts";
import { within } from "../support/within.ts";

// Awaited before any suite runs: uvu takes an await between two of them for the end.
const isThere = await isServerThere();

const jobs = suite("jobs in several processes");
const test = isThere ? jobs : jobs.skip;

const JOBS = 1000;
const database = ownDatabase("jobs");
const { files } = readPage("docs/processes.md").find(({ title }) => title === "Jobs") ?? { files: {} };
const project = makeProject(files, [installTools("jobs", { "pg-boss": "12.38.0" })]);
const workers: ChildProcess[] = [];
let printed = "";

function commandOf(file: string) {
  const [program, ...args] = runsFile(file);
  const env = { ...process.env, DATABASE_URL: database.url, NO_COLOR: "1" };
  return { program, args, options: { cwd: project.folder, env } } as const;
}

function startWorker(): ChildProcess {
  const { program, args, options } = commandOf("src/worker.ts");
  const worker = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  workers.push(worker);
  for (const stream of [worker.stdout, worker.stderr]) stream?.on("data", (data) => (printed += data));
  return worker;
}

const count = async (query: string) => Number((await ask(query, [], database.url))[0]?.count);

async function until(what: string, query: string, atLeast: number): Promise<void> {
  const deadline = performance.now() + 120_000;
  for (;;) {
    const found = await count(query);
    if (found >= atLeast) return;
    assert.ok(performance.now() < deadline, `${found} ${what}, and ${atLeast} are due\n${printed}`);
    await setTimeout(50);
  }
}

test("are put into the queue", async () => {
  await database.create();
  const { program, args, options } = commandOf("src/enqueue.ts");
  const { status, stdout, stderr } = spawnSync(program, args, {
    ...options,
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.is(status, 0, `${stdout}${stderr}`);
  assert.is(await count("select count(*) from pgboss.job where name = 'invoices'"), JOBS);
});

test("are each done, though one of two workers is killed in the middle of its jobs", async () => {
  const [, killed] = [startWorker(), startWorker()] as const;
  await until("workers", "select count(distinct process) from attempts", 2);
  const pid = killed.pid as number;
  const ended = once(killed, "exit");
  const held = `select count(*) from attempts join pgboss.job on id = job where state = 'active' and process = ${pid}`;
  // Stopped for a moment, to be sure that it has jobs which it has begun.
  for (let tries = 0; ; tries++) {
    process.kill(pid, "SIGSTOP");
    if ((await count(held)) > 0) break;
    assert.ok(tries < 1000, `it never had a job when it was looked at\n${printed}`);
    process.kill(pid, "SIGCONT");
    await setTimeout(10);
  }
  process.kill(pid, "SIGKILL");
  await within(ended);
  assert.ok((await count("select count(*) from invoices")) < JOBS, "it was killed in mid-work");
  await until("jobs done", "select count(*) from pgboss.job where state = 'completed'", JOBS);
  assert.is(await count("select count(distinct customer) from invoices"), JOBS);
  assert.is(await count("select count(*) from invoices"), JOBS);
});

test("are begun again only where the queue says so", async () => {
  const again = await count("select count(*) from attempts where attempt > 0");
  const retried = await count("select count(*) from pgboss.job where retry_count > 0");
  assert.ok(retried > 0, "the killed worker had jobs");
  assert.is(again, retried);
  assert.is(
    await count(
      "select count(*) from attempts join pgboss.job on id = job where attempt > retry_count or attempt < 0",
    ),
    0,
  );
});

test("a worker that is told to stop ends of itself", async () => {
  const [worker] = workers as [ChildProcess];
  const ended = once(worker, "exit");
  worker.kill("SIGTERM");
  await within(ended);
  assert.match(printed, /stopped\n$/);
});

test("clear up", async () => {
  for (const worker of workers) worker.kill("SIGKILL");
  project[Symbol.dispose]();
  await database.drop();
});

jobs.run();
