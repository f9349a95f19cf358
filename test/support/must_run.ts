import { spawnSync } from "node:child_process";
import process from "node:process";
import { MAKING } from "./made_once.ts";

/** Runs a program to its end, and throws where it fails. */
export function mustRun(program: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: "utf8",
    timeout: MAKING,
    killSignal: "SIGKILL",
    env: { ...process.env, NO_COLOR: "1" },
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: exit code ${status}\n${stdout}${stderr}`);
  return stdout;
}
