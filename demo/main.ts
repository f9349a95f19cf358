/**
 * The demo: its three patterns, on the Postgres that `DATABASE_URL` names, or on an embedded one. `--echo` shows the SQL.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { ConnectionError, DatabaseError } from "../src/postgres/mod.ts";
import type { Database } from "./database.ts";
import * as pattern1 from "./pattern1/facade.ts";
import * as pattern2 from "./pattern2/facade.ts";
import * as pattern3 from "./pattern3/facade.ts";

async function runAll(database: Database): Promise<void> {
  await pattern1.frontFacingAsyncFacade(database);
  await pattern2.frontFacingAsyncFacade(database);
  // It parks this thread, as a plain program does.
  pattern3.frontFacingPlainFacade(database);
}

async function main(): Promise<void> {
  const { echo } = parseArgs({ options: { echo: { type: "boolean", default: false } } }).values;
  // Without a server it is one in memory, on the thread that drives the promises: the plain program has another than the rest.
  const url = process.env.DATABASE_URL || "pglite:";
  await runAll({ url, options: { echo, poolSize: 5 } });
}

/** What is wrong in one line, where it is not for a programmer to find out. */
function explain(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { message, code = "" } = error as Error & { code?: string };
  if (error instanceof ConnectionError)
    return `${message}; or unset DATABASE_URL to use the embedded Postgres`;
  if (error instanceof DatabaseError)
    return `run the demo: Postgres refused a statement (${code}): ${message}`;
  return code.startsWith("ERR_PARSE_ARGS") ? `read the command line: ${message}` : undefined;
}

try {
  await main();
} catch (error) {
  console.error(explain(error) ?? error);
  process.exitCode = 1;
}
