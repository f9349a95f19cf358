// Side by side with the libraries that turn async functions into synchronous ones: ours must settle rightly, theirs is
// shown as it is.

import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "./support/child.ts";
import { root, runsFile, name as runtime } from "./support/this_runtime.ts";

const test = suite("side by side with synckit and make-synchronized");

const peers = ["awaitlet", "synckit", "make-synchronized"];

/** What ours must do. */
const expected: Record<string, RegExp> = {
  "module missing": /^throws \w*(Error|Message): .*nowhere\.mjs/,
  "module throws": /^throws RangeError: while loading$/,
  "process.exit()": /^throws ThreadDied: .*exit code 0/,
  "timeout, then the next call": /^returns throws TimeoutError: .*; returns slept 1$/,
  "throw null": /^throws null$/,
  "a function returned": /^returns function: 42$/,
  // Bun has no limit by thread.
  ...(runtime !== "bun" && { "out of memory": /^throws ThreadDied: .*memory/i }),
};

/** How long each may take: ours has time for a machine with much else to do, theirs is taken to hang. */
const seconds = (peer: string) => (peer === "awaitlet" ? 60 : 12);

async function run(peer: string, name: string): Promise<string> {
  const [program, ...args] = runsFile("test/fixtures/peers/program.ts");
  const limit = "--max-old-space-size=150";
  if (runtime === "node") args.unshift(limit);
  if (runtime === "deno") args.splice(1, 0, `--v8-flags=${limit}`);
  const { code, stdout, timedOut } = await runChild([program, ...args, peer, name], {
    cwd: root,
    seconds: seconds(peer),
  });
  const said = /^>> (.*)$/m.exec(stdout)?.[1];
  if (said === undefined) return timedOut ? "hangs" : `the process ends, exit code ${code}`;
  return timedOut ? `${said}, and the process does not end` : said;
}

const table: Record<string, Record<string, string>> = {};

for (const [name, pattern] of Object.entries(expected)) {
  test(name, async () => {
    const said = await Promise.all(peers.map((peer) => run(peer, name)));
    table[name] = Object.fromEntries(peers.map((peer, i) => [peer, (said[i] as string).slice(0, 70)]));
    assert.match(said[0] as string, pattern);
  });
}

test("as a table", () => {
  console.log(`\n${runtime} ${process.version}`);
  console.table(table);
});

test.run();
