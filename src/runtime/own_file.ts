/**
 * Where the built package has the file that its threads run. The build wraps each URL of it in `ownFile()`; the sources need
 * none of this.
 *
 * @module
 */

import { sharedKey } from "./copies.ts";
import { located } from "./own_module.ts";
import { isOwnThread } from "./worker_threads.ts";

const KEY = sharedKey("own-file");

/**
 * A thread that awaitlet has started runs one of its files first. A bundler may have copied that under another name, which
 * only the thread that started this one knew: so what this thread starts has the same file.
 */
const first = globalThis as { [key: symbol]: string | undefined };
if (isOwnThread) first[KEY] ??= import.meta.url;

/**
 * Finds the file that awaitlet's threads run.
 *
 * @param locate Gives its URL. It throws in a bundle whose `import.meta.url` is no URL, as a CommonJS one has it.
 * @returns The URL.
 * @throws {Error} when the file is not there.
 */
export function ownFile(locate: () => URL): URL {
  if (first[KEY] !== undefined) return new URL(first[KEY]);
  return located(locate, "put a copy of awaitlet.mjs beside it");
}
