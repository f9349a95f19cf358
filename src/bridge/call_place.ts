/**
 * Where in the user's code a function of awaitlet's own was called.
 *
 * @module
 */

import { stackText } from "../wire/said.ts";
import { firstPlace } from "./stack_trace.ts";

/** How many frames `placeAbove()` looks at: those of awaitlet's own functions that a user calls, and one of the user's. */
const FEW_FRAMES = 8;

/** The places that have been shown, by what stands for them in the code that runs. A program has so many places, not more. */
const shownPlaces = new Map<string, string | undefined>();
const MOST_PLACES = 10_000;

/** A frame of a stack that has not been turned into text. */
interface CallSite {
  getPosition?(): number;
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/**
 * Where the user's code is that has called `fn`, a function of awaitlet's own in which this thread stands.
 *
 * To turn a stack into text takes longer than a round trip, so that is done once for each place.
 */
export function placeAbove(fn: (...args: never[]) => unknown): string | undefined {
  const { stackTraceLimit: limit, prepareStackTrace } = Error;
  Reflect.set(Error, "stackTraceLimit", FEW_FRAMES);
  try {
    Reflect.set(Error, "prepareStackTrace", giveSites);
    const key = siteKey(stackAbove(fn));
    Reflect.set(Error, "prepareStackTrace", prepareStackTrace);
    if (key !== undefined && shownPlaces.has(key)) return shownPlaces.get(key);
    const text = stackText(new Error(), stackAbove(fn)) ?? "";
    const place = firstPlace(text.split("\n"));
    if (shownPlaces.size >= MOST_PLACES) shownPlaces.clear();
    if (key !== undefined) shownPlaces.set(key, place);
    return place;
  } catch {
    // The program's own `Error.prepareStackTrace` throws: Node 20 asks at once, others when the stack is read.
    return undefined;
  } finally {
    Reflect.set(Error, "prepareStackTrace", prepareStackTrace);
    Reflect.set(Error, "stackTraceLimit", limit);
  }
}

const giveSites = (_: Error, sites: readonly CallSite[]): readonly CallSite[] => sites;

function stackAbove(fn: (...args: never[]) => unknown): unknown {
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace(holder, fn);
  return holder.stack;
}

/** What stands for the user's place among all others: where each frame is in its file. Nothing where the runtime does not tell. */
function siteKey(sites: unknown): string | undefined {
  if (!Array.isArray(sites)) return undefined;
  let key = "";
  for (const site of sites as CallSite[]) {
    // V8 has it at hand, while it has to look for the line; the names of files take Deno long.
    key +=
      site.getPosition === undefined
        ? `${site.getFileName()}:${site.getLineNumber()}:${site.getColumnNumber()} `
        : `${site.getPosition()} `;
  }
  return key;
}
