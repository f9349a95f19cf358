import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

/** The folder of the project. */
export const root: string = join(import.meta.dirname, "..", "..");

/** The runtime that runs this test. */
export const name: "node" | "deno" | "bun" = process.versions.deno
  ? "deno"
  : process.versions.bun
    ? "bun"
    : "node";

/**
 * The command that runs a file on the runtime that runs this test.
 *
 * @param file The file, from the folder of the project.
 * @param task The task of deno.json whose permissions it has on Deno; without one it has all.
 * @returns The program and its arguments.
 */
export function runsFile(file: string, task?: string): [string, ...string[]] {
  if (name !== "deno") return [process.execPath, ...process.execArgv, file];
  const permissions = task === undefined ? ["--allow-all"] : permissionsOf(task);
  return [process.execPath, "run", "--no-prompt", ...permissions, file];
}

function permissionsOf(task: string): string[] {
  const { tasks } = JSON.parse(readFileSync(join(root, "deno.json"), "utf8")) as {
    tasks: Record<string, string>;
  };
  return (tasks[task] ?? "").match(/--allow-[^\s']+/g) ?? [];
}
