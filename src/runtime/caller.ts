/**
 * Which file a call stands in.
 *
 * @module
 */

import { builtin } from "./builtin.ts";

type CallSite = Partial<Record<"getFileName" | "getScriptNameOrSourceURL", () => unknown>>;

/**
 * Finds the file that has called a function.
 *
 * @param callee The function, on the stack now.
 * @returns The URL of the file; `undefined` where the runtime does not tell.
 */
export function fileThatCalls(callee: (...args: never[]) => unknown): string | undefined {
  const site = callSites(callee)?.[0];
  // Deno's names of files follow source maps.
  const file = "Deno" in globalThis ? site?.getScriptNameOrSourceURL?.() : site?.getFileName?.();
  if (typeof file !== "string" || file === "") return undefined;
  // A path of Windows begins with a letter and a colon, a URL with two letters at least.
  const url = /^[a-z][a-z+.-]+:/i.test(file) ? file : pathToUrl(file);
  // Loaders mark the files that they have loaded, as in `?namespace=…`.
  return url?.startsWith("file:") ? url.replace(/[?#].*$/, "") : url;
}

function pathToUrl(path: string): string | undefined {
  const { isAbsolute } = builtin("node:path");
  // Such as <anonymous>, or code that was compiled without a name.
  return isAbsolute(path) ? builtin("node:url").pathToFileURL(path).href : undefined;
}

/** The stack as the engine has it, with the names of files as they run: what shows the sources instead is left out. */
function callSites(callee: (...args: never[]) => unknown): readonly CallSite[] | undefined {
  const { stackTraceLimit: limit } = Error;
  const hook = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  const holder: { stack?: unknown } = {};
  try {
    // Bun counts the frames of the callee and above as well.
    Reflect.set(Error, "stackTraceLimit", 10);
    // Bun takes no notice of one that is defined.
    Reflect.set(Error, "prepareStackTrace", (_error: unknown, sites: unknown) => sites);
    Error.captureStackTrace(holder, callee);
    return Array.isArray(holder.stack) ? (holder.stack as CallSite[]) : undefined;
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit);
    if (hook === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else if ("value" in hook) Reflect.set(Error, "prepareStackTrace", hook.value);
    else Reflect.defineProperty(Error, "prepareStackTrace", hook);
  }
}
