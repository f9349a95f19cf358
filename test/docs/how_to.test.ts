// docs/how-to.md as it stands: each section in a project of its own, with the package as npm installs it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { freePort } from "../support/free_port.ts";
import { makeProject, readPage } from "../support/pages.ts";
import { runStep } from "../support/run_step.ts";
import { name, runsFile } from "../support/this_runtime.ts";
import { installTools } from "../support/tools.ts";
import { within } from "../support/within.ts";

const test = suite("docs/how-to.md");

const [{ files: shared } = { files: {} }, ...sections] = readPage("docs/how-to.md");
const tools = [
  installTools("how-to", {
    "@hono/node-server": "2.1.9",
    eslint: "10.15.0",
    express: "5.3.0",
    fastify: "5.12.8",
    hono: "4.13.19",
    prettier: "3.10.1",
  }),
];

/** The answer of a server, as soon as it answers. */
async function ask(address: string): Promise<Response> {
  for (let tries = 0; tries < 600; tries++) {
    const response = await fetch(address).catch(() => undefined);
    if (response !== undefined) return response;
    await setTimeout(50);
  }
  throw new Error(`ask ${address}: it does not answer`);
}

async function serves(folder: string, file: string): Promise<void> {
  const PORT = String(await freePort());
  const [program, ...args] = runsFile(file);
  const server = spawn(program, args, { cwd: folder, env: { ...process.env, PORT }, stdio: "ignore" });
  const ended = once(server, "exit");
  try {
    const found = await ask(`http://127.0.0.1:${PORT}/users/1`);
    assert.is(found.status, 200);
    assert.is(await found.text(), "hello, ann");
    assert.is((await ask(`http://127.0.0.1:${PORT}/users/2`)).status, 500);
  } finally {
    process.kill(server.pid as number, "SIGKILL");
    await within(ended);
  }
}

test("has its sections", () => {
  assert.is(sections.length, 6);
});

for (const { title, files, steps } of sections) {
  // Programs of packages run on Node.
  if (name !== "node" && steps.some(({ command }) => command.startsWith("npx "))) continue;
  test(title, async () => {
    const project = makeProject({ ...shared, ...files }, tools);
    try {
      if (/handler/.test(title)) await serves(project.folder, Object.keys(files)[0] as string);
      else for (const step of steps) runStep(step, project.folder, tools);
    } finally {
      project[Symbol.dispose]();
    }
  });
}

test.run();
