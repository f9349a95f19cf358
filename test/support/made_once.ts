import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./this_runtime.ts";

/** How long making a folder may take, in milliseconds; far more than it does. */
export const MAKING = 120_000;

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/**
 * Makes a folder that several test files need, once: they run side by side, and the first one makes it for all of them.
 *
 * @param kind What it is. Older ones of a kind are removed.
 * @param key Changes with what goes into it.
 * @param make Fills an empty folder.
 * @returns The path of the folder, which is not to be written to.
 */
export function madeOnce(kind: string, key: string, make: (folder: string) => void): string {
  const cache = join(root, "node_modules", ".cache", "awaitlet");
  const folder = join(cache, `${kind}-${key}`);
  const making = join(cache, `making-${kind}`);
  mkdirSync(cache, { recursive: true });
  const deadline = performance.now() + MAKING;
  while (!existsSync(folder)) {
    try {
      mkdirSync(making);
    } catch {
      // Another test file makes it. One that was ended half-way leaves its folder behind.
      if (performance.now() > deadline) rmSync(making, { recursive: true });
      pause(100);
      continue;
    }
    try {
      if (existsSync(folder)) break;
      for (const old of readdirSync(cache)) {
        if (old.startsWith(`${kind}-`)) rmSync(join(cache, old), { recursive: true });
      }
      make(making);
      renameSync(making, folder);
    } finally {
      rmSync(making, { recursive: true, force: true });
    }
  }
  return folder;
}
