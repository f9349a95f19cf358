/**
 * Keeps the folder of an embedded database for one thread of one process: two would destroy it.
 *
 * @module
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { ConnectionError } from "../base/errors.ts";

const FILE = "awaitlet.pid";

/**
 * Takes a folder, and makes it where there is none.
 *
 * @returns What gives it back. The end of the process does so too.
 * @throws {ConnectionError} When a process that runs has it, or it may not be written to.
 */
export function lockFolder(folder: string): () => void {
  const file = join(folder, FILE);
  try {
    mkdirSync(folder, { recursive: true });
    takeFile(folder, file);
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause;
    throw new ConnectionError(
      `open an embedded Postgres: the folder ${folder} cannot be used (${(cause as Error).message}); name another one, or allow writing to it`,
      { cause },
    );
  }
  const unlock = () => {
    process.off("exit", unlock);
    rmSync(file, { force: true });
  };
  process.on("exit", unlock);
  return unlock;
}

function takeFile(folder: string, file: string): void {
  const mine = `${process.pid} ${startOf(process.pid) ?? ""}`;
  for (;;) {
    try {
      writeFileSync(file, mine, { flag: "wx" });
      return;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    refuseWhereHeld(folder, file);
    // It was left behind by a process that did not end by itself.
    rmSync(file, { force: true });
  }
}

function refuseWhereHeld(folder: string, file: string): void {
  const [pid = "", start = ""] = readIfThere(file).split(" ");
  if (pid === "" || !isRunning(Number(pid), start)) return;
  const isMine = Number(pid) === process.pid;
  const holder = isMine ? "another thread of this process" : `the process ${pid}`;
  const remedy = isMine
    ? "use it on one thread, or close the engine there first"
    : `close it there, or remove ${file} if that process has nothing to do with it`;
  throw new ConnectionError(
    `open an embedded Postgres: ${holder} has the database in ${folder} open, and PGlite has one session; ${remedy}`,
    { code: "EMBEDDED_IN_USE" },
  );
}

/** Whether that very process runs: its number alone may be another's by now. */
function isRunning(pid: number, start: string): boolean {
  const now = startOf(pid);
  if (now !== undefined && start !== "") return now === start;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process, or one that may not be asked for, may be there.
    return codeOf(error) !== "ESRCH";
  }
}

/** When a process began, as Linux counts it; `undefined` elsewhere, and where there is none. */
function startOf(pid: number): string | undefined {
  try {
    // The name of the program, which stands in brackets, may hold spaces.
    const [, fields = ""] = readFileSync(`/proc/${pid}/stat`, "utf8").split(/\) (?!.*\) )/s);
    return fields.split(" ")[19];
  } catch {
    return undefined;
  }
}

/** What a file holds; empty where it is gone by now. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return "";
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string }).code;
}
