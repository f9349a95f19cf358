/**
 * Bun 1.4 and later.
 *
 * @module
 */

import { readInputDirectly } from "./node_input.ts";
import { writeOutputDirectly } from "./node_output.ts";
import type { Runtime } from "./types.ts";
import * as shared from "./worker_threads.ts";

/** How long a worker goes on after an error that nothing catches, at most, in milliseconds. */
const DOOMED = 100;

/** Here a worker runs on for some turns of its event loop, after an error that nothing catches and after `process.exit()`. */
function onDoomed(listener: (isDoomed: boolean) => void): void {
  (globalThis as Partial<EventTarget>).addEventListener?.("error", () => {
    listener(true);
    // Still here, the program has a handler of its own.
    shared.after(DOOMED, () => listener(false));
  });
  process.on("exit", () => listener(true));
}

export const bun: Runtime = {
  ...shared,
  name: "bun",
  // Bun bounds the memory of the process only, so `memoryLimit` is not passed on.
  startWorker: (start) => shared.startWorker(start, {}),
  fromEventLoop: (fn) => fn(),
  // `Object.values` takes 54 ns for each element here, this a half.
  valuesOf(array) {
    let count = 0;
    for (const key in array) if (key !== String(count++)) return Object.values(array);
    const values: unknown[] = new Array(count);
    for (let i = 0; i < count; i++) values[i] = array[i];
    return values;
  },
  onDoomed,
  writeOutputDirectly,
  readInputDirectly,
  explainLoadFailure: () => undefined,
};
