/**
 * The exit code that code on a worker sets: there `process.exitCode` would be that of the worker alone.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";

/** Whether a code has been told that no starter has taken, and the code; behind the cells of those who may spin. */
const cells = new Int32Array(runtime.processMemory, 64, 2);
const TOLD = 0;
const CODE = 1;

/** What this thread has told last. */
let told: number | string | undefined;

/** On a worker: tells the thread that has started it of an exit code that has been set here. */
export function tellExitCode(): void {
  const code = runtime.exitCode();
  if (code === told) return;
  told = code;
  Atomics.store(cells, CODE, Number(code ?? 0));
  Atomics.store(cells, TOLD, 1);
}

/** Makes an exit code that a worker has told of that of this thread. */
export function takeExitCode(): void {
  if (Atomics.load(cells, TOLD) === 0 || Atomics.exchange(cells, TOLD, 0) === 0) return;
  runtime.setExitCode(Atomics.load(cells, CODE));
}

let takesAtExit = false;

/** Has this thread take, where it ends of itself, what a worker has told of since its last answer. */
export function takeExitCodeAtExit(): void {
  if (takesAtExit) return;
  takesAtExit = true;
  runtime.onExit(takeExitCode);
}
