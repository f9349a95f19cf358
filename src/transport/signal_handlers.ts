/**
 * Handlers of signals that are set on a worker, where no runtime but Deno calls them.
 *
 * @module
 */

import { runtime } from "../runtime/current.ts";
import { warn } from "../runtime/warn.ts";

/** Whether the process has been warned, behind the cells of the exit code. */
const cells = new Int32Array(runtime.processMemory, 72, 1);

/** On a worker: warns of the first handler of a signal that is set on any of them, and says what to do. */
export function warnOfSignalHandlers(): void {
  runtime.onSignalHandler((signal) => {
    if (Atomics.exchange(cells, 0, 1) === 1) return;
    warn(
      `handle ${signal} on a thread of awaitlet: the handler is never called there; set it on the program's first thread, and cancel tasks from there by their signal`,
    );
  });
}
