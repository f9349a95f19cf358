/**
 * Runs one benchmark in a process of its own, under a watchdog: a parked thread fires no timer, so only another process
 * can tell that it hangs.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { createInterface } from "node:readline";
import type { ChildArguments, ChildMessage } from "./child.ts";
import type { Figure } from "./figure.ts";

/** Where and on what it runs. */
export interface Place {
  /** What runs one benchmark, to which its arguments are added. */
  readonly command: readonly [string, ...string[]];
  readonly cwd: string;
  /** How many seconds it may be silent. */
  readonly patience: number;
}

/** Told of each piece of work that begins. */
export type OnWork = (contender: string, round: number, rounds: number) => void;

/**
 * Runs a benchmark. A contender that hangs, or ends the process, is left out of a second run, and named in the figures.
 *
 * @throws {Error} when there are no figures even so.
 */
export async function runCase(
  place: Place,
  args: ChildArguments,
  onWork: OnWork,
): Promise<readonly Figure[]> {
  const outcome = await runOnce(place, args, onWork);
  if (outcome.figures !== undefined) return outcome.figures;
  const { contender, why, output } = outcome;
  if (contender === undefined || contender in args.without) {
    throw new Error(`run the benchmark ${args.name} on ${args.runtime}: ${why}\n${output}`);
  }
  return runCase(place, { ...args, without: { ...args.without, [contender]: why } }, onWork);
}

interface Outcome {
  readonly figures?: readonly Figure[];
  /** What was at work when it ended. */
  readonly contender?: string;
  readonly why: string;
  readonly output: string;
}

function runOnce({ command, cwd, patience }: Place, args: ChildArguments, onWork: OnWork): Promise<Outcome> {
  const [program, ...rest] = command;
  const process_ = spawn(program, [...rest, JSON.stringify(args)], {
    cwd,
    // It leads a process group, so that what it started in turn ends with it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const endAll = () => endGroup(process_.pid);
  const atExit = () => endAll();
  process.once("exit", atExit);

  let figures: readonly Figure[] | undefined;
  let contender: string | undefined;
  let hangs = false;
  let output = "";
  const watchdog = setTimeout(() => {
    hangs = true;
    endAll();
  }, patience * 1000);
  process_.stderr.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  createInterface({ input: process_.stdout }).on("line", (line) => {
    watchdog.refresh();
    if (!line.startsWith(">> ")) {
      output += `${line}\n`;
      return;
    }
    const message = JSON.parse(line.slice(3)) as ChildMessage;
    if ("figures" in message) {
      ({ figures } = message);
    } else {
      ({ contender } = message);
      onWork(message.contender, message.round, message.rounds);
    }
  });

  return new Promise((resolve) => {
    process_.on("error", (error) => {
      output += error.message;
    });
    process_.on("close", (code, signal) => {
      clearTimeout(watchdog);
      process.off("exit", atExit);
      endAll();
      const why = hangs
        ? `hangs (silent for ${patience} s)`
        : `the process ended, ${signal ?? `code ${code}`}`;
      resolve({ ...(figures && { figures }), ...(contender && { contender }), why, output });
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone already.
  }
}
