/**
 * Loads the modules that a program names by URL. The one place that knows which file stands for which.
 *
 * @module
 */

import { readImport } from "../base/module_url.ts";
import { builtin } from "./builtin.ts";
import { liveExports } from "./commonjs.ts";
import { importFrom } from "./import_from.ts";
import { whyMissing } from "./own_module.ts";
import { siblingsOf } from "./siblings.ts";

const isThere = (url: string): boolean => builtin("node:fs").existsSync(new URL(url));

/**
 * Imports a module: the file that the URL names or, where there is none, the one that it was compiled to or from.
 *
 * @param url The module, as `blockingModule()` or `asyncModule()` was given it, or what `importOf()` has made.
 * @returns Its namespace.
 * @throws What loading it throws. Where there is no file, an error that names those looked for, and says what to write.
 */
export async function importModule(url: string): Promise<Readonly<Record<string, unknown>>> {
  const why = whyMissing(url);
  if (why !== undefined) throw new Error(`load a part of awaitlet: ${why}`);
  const bare = readImport(url);
  if (bare !== undefined) return liveExports(await importFrom(bare.name, bare.file), url);
  const urls: [string, ...string[]] = [url, ...(url.startsWith("file:") ? siblingsOf(url) : [])];
  const found = urls.length > 1 ? urls.find(isThere) : url;
  try {
    // Bundlers leave this import alone: only the program knows the URL.
    const namespace = await import(
      /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ found ?? url
    );
    return liveExports(namespace, found ?? url);
  } catch (error) {
    // A file that the program may not read looks like none; the runtime's own error says which permission is missing.
    if (found === undefined && isNotFound(error)) throw missing(urls, error);
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && /cannot find|not found/i.test(error.message);
}

function missing([url, sibling = ""]: readonly string[], cause: unknown): Error {
  const nameOf = (href: string) => href.slice(href.lastIndexOf("/") + 1);
  const message =
    `there is neither ${builtin("node:url").fileURLToPath(url as string)} nor ${nameOf(sibling)} beside it; ` +
    `write new URL("./${nameOf(url as string)}", import.meta.url) with the path from the file that says so, and have the compiler or ` +
    `bundler write that module as a file of its own (see docs/bundling.md of awaitlet)`;
  return Object.assign(new Error(message, { cause }), { code: "ERR_MODULE_NOT_FOUND" });
}
