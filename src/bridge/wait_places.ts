/**
 * Where in the user's code the waits of a thread stand.
 *
 * @module
 */

import { firstPlace, framesHere } from "./stack_trace.ts";

/** Where the waits are in which this thread stands, the innermost first. Call it from within the innermost. */
export function placesOfWaits(): string[] {
  const places: string[] = [];
  const frames = framesHere();
  frames.forEach((frame, at) => {
    if (STANDS.test(frame)) places.push(firstPlace(frames.slice(at)) ?? "an unknown place");
  });
  return places;
}

/** A thread stands in a wait in the method of that name. */
const STANDS = /\bstandIn\b/;
