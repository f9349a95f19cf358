/**
 * How much else the machine does: on a busy one, waking a thread costs less than on one whose cores sleep, and computing
 * more.
 *
 * @module
 */

import { cpus } from "node:os";
import { setTimeout } from "node:timers/promises";

/** How long to look, in milliseconds. */
const LOOK = 150;

function times(): { idle: number; all: number } {
  const cores = cpus().map(({ times }) => times);
  const idle = cores.reduce((sum, core) => sum + core.idle, 0);
  const all = cores.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { idle, all };
}

/** With less than this the machine counts as quiet. */
const QUIET = 0.1;

/**
 * Waits until other programs leave the cores alone.
 *
 * @param seconds How long to wait at most.
 * @returns What part of the cores they had at last.
 */
export async function quietCores(seconds: number): Promise<number> {
  const ends = performance.now() + seconds * 1000;
  for (;;) {
    const busy = await busyCores();
    if (busy < QUIET || performance.now() >= ends) return busy;
  }
}

/** What part of the cores is in use while this program does nothing. */
async function busyCores(): Promise<number> {
  const before = times();
  await setTimeout(LOOK);
  const after = times();
  const all = after.all - before.all;
  return all === 0 ? 0 : 1 - (after.idle - before.idle) / all;
}
