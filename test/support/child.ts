import { spawn } from "node:child_process";
import process from "node:process";
import type { Ending } from "./uvu_output.ts";

/** A child process that has ended, and all that it printed. */
export interface Ended extends Ending {
  stdout: string;
  /** Both streams, in the order in which they arrived. */
  output: string;
  /** How long it ran. */
  milliseconds: number;
}

const running = new Set<number>();

// A child leads a process group, so that what it started in turn ends with it.
function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}

/** Ends every child that still runs, with all that it started. */
export function endChildren(): void {
  for (const pid of running) endGroup(pid);
}

/**
 * Runs a command in a process group of its own, under a watchdog: a parked thread fires no timer, so only another
 * process can tell that it hangs.
 *
 * @param command The program and its arguments.
 * @param options The folder to run it in, and after how many seconds its process group is ended.
 * @returns How it ended. It never rejects: a command that cannot be started ends with code 127.
 */
export function runChild(
  [program, ...args]: [string, ...string[]],
  { cwd, seconds }: { cwd: string; seconds: number },
): Promise<Ended> {
  const { FORCE_COLOR: _, ...env } = process.env;
  const started = performance.now();
  const child = spawn(program, args, {
    cwd,
    detached: true,
    env: { ...env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);

  let stdout = "";
  let output = "";
  let timedOut = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });

  const watchdog = setTimeout(() => {
    timedOut = true;
    if (pid !== undefined) endGroup(pid);
  }, seconds * 1000);

  return new Promise((resolve) => {
    let settle: ReturnType<typeof setTimeout> | undefined;
    const end = (code: number | null, signal: string | null) => {
      clearTimeout(watchdog);
      clearTimeout(settle);
      if (pid !== undefined) running.delete(pid);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ code, signal, timedOut, seconds, stdout, output, milliseconds: performance.now() - started });
    };
    child.on("error", (error) => {
      output += `${error.message}\n`;
      end(127, null);
    });
    child.on("exit", (code, signal) => {
      if (pid !== undefined) endGroup(pid);
      // A process that left the group may hold the pipes open for as long as it likes: "close" would wait for it.
      settle = setTimeout(() => end(code, signal), 2000);
    });
    child.on("close", end);
  });
}
