/**
 * Where the built package has its other files, those that it loads as async modules. The build wraps each URL of one in
 * `ownModule()`.
 *
 * @module
 */

import { builtin } from "./builtin.ts";
import { siblingsOf } from "./siblings.ts";

/** How the URL begins of a file that is not there; why, follows. */
const MISSING = "awaitlet:missing?";

/**
 * Finds a file that is named when awaitlet is loaded. Where it is missing, whoever loads it is told, and not who imports awaitlet.
 *
 * @param locate Gives its URL. It throws in a bundle whose `import.meta.url` is no URL, as a CommonJS one has it.
 * @returns The URL, for `importModule()`.
 */
export function ownModule(locate: () => URL): string {
  try {
    return located(locate, "use its plugin").href;
  } catch (error) {
    return `${MISSING}${encodeURIComponent((error as Error).message)}`;
  }
}

/** Why the file of a URL that `ownModule()` gave is missing; nothing where it is there. */
export function whyMissing(url: string): string | undefined {
  return url.startsWith(MISSING) ? decodeURIComponent(url.slice(MISSING.length)) : undefined;
}

/**
 * Finds one of the package's own files.
 *
 * @param orElse What else to do about a file that is missing.
 * @throws {Error} when the file is not there.
 */
export function located(locate: () => URL, orElse: string): URL {
  const advice = `keep awaitlet out of the bundle, or ${orElse} (see docs/bundling.md of awaitlet)`;
  let url: URL;
  try {
    url = locate();
  } catch (cause) {
    throw new Error(`this bundle does not know where it is, as its import.meta.url is no URL; ${advice}`, {
      cause,
    });
  }
  if (!isMissing(url)) return url;
  const sibling = siblingsOf(url.href)
    .map((href) => new URL(href))
    .find((other) => !isMissing(other));
  if (sibling !== undefined) return sibling;
  throw new Error(`there is no file ${builtin("node:url").fileURLToPath(url)}; ${advice}`);
}

/** Whether no file is there. */
function isMissing(url: URL): boolean {
  if (url.protocol !== "file:") return false;
  try {
    builtin("node:fs").statSync(url);
    return false;
  } catch (error) {
    // One that may not be read is told of by the runtime, which names the permission.
    return (error as { code?: unknown }).code === "ENOENT";
  }
}
