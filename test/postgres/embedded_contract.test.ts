// The contract tests of awaitlet/postgres, on an embedded database: what PGlite cannot do is named by onServer() in each file.
// Left out as a whole are those about other sessions: bank, close, ending, faults, locks, outdated, restart, shared, streams_lost;
// and those about the network: connect, connection_url, pgbouncer, secrets, silence, tls.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runChild } from "../support/child.ts";
import { root, runsFile } from "../support/this_runtime.ts";
import { judge } from "../support/uvu_output.ts";

const test = suite("postgres: the contract on an embedded database");

const contract = [
  "alive",
  "api",
  "arrays",
  "copy",
  "cursor",
  "engine",
  "injection",
  "listen",
  "many",
  "script",
  "types",
] as const;

for (const name of contract) {
  test(name, async () => {
    const file = join("test", "postgres", `${name}.test.ts`);
    process.env.DATABASE_URL = "pglite:";
    const child = await runChild(runsFile(file), { cwd: root, seconds: 100 });
    const verdict = judge(child.stdout, child, readFileSync(join(root, file), "utf8"));
    assert.is(verdict.failed, 0, child.output);
    assert.ok(verdict.passed > 0, child.output);
  });
}

test.run();
