/**
 * What blocking code measures of itself.
 *
 * @module
 */

import { asyncModule, awaitlet, transfer } from "../../mod.ts";
import { time } from "../timing.ts";

const values = asyncModule<typeof import("../served/values.mjs")>(
  new URL("../served/values.mjs", import.meta.url),
);
const meeting = asyncModule<typeof import("../served/meeting.ts")>(
  new URL("../served/meeting.ts", import.meta.url),
);
const people = asyncModule<typeof import("../served/people.ts")>(
  new URL("../served/people.ts", import.meta.url),
);
const sizes = asyncModule<typeof import("../served/sizes.ts")>(
  new URL("../served/sizes.ts", import.meta.url),
);
const moved = asyncModule<typeof import("../served/moved.ts")>(
  new URL("../served/moved.ts", import.meta.url),
);

/** What a call of one of the values served takes, in microseconds. */
export function roundTrip(name: "row" | "rows" | "bytes", ms: number): number {
  return time(() => awaitlet(values[name]()), ms);
}

/** Is given 1,000 objects of a class, and reads of each. */
export function entities(): number {
  return total(awaitlet(people.entities()));
}

/** Is given the same as plain objects. */
export function records(): number {
  return total(awaitlet(people.records()));
}

function total(all: readonly { score: number }[]): number {
  let total = 0;
  for (const { score } of all) total += score;
  return total;
}

/** What it takes to be given 64 MiB by transfer, in microseconds; giving them back is not counted. */
export function transferred(ms: number): number {
  return time(() => {
    const from = performance.now();
    const bytes = awaitlet(moved.give());
    const overriddenDuration = performance.now() - from;
    awaitlet(moved.takeBack(transfer(bytes, [bytes.buffer])));
    return { overriddenDuration };
  }, ms);
}

/** How many small rows are awaited in so many milliseconds. */
export function countRoundTrips(ms: number): number {
  let count = 0;
  for (const end = performance.now() + ms; performance.now() < end; count++) awaitlet(values.row());
  return count;
}

/** Awaits small rows for so many milliseconds, from when so many threads have come; gives how many a millisecond. */
export function rateTogether(threads: number, ms: number): number {
  awaitlet(meeting.of(threads));
  const from = performance.now();
  return countRoundTrips(ms) / (performance.now() - from);
}

/** What it takes to be given so many bytes, in microseconds. */
export function sized(size: number, ms: number): number {
  return time(() => awaitlet(sizes.bytes(size)), ms);
}

/** What a chain of so many calls takes, in microseconds. */
export function chained(steps: number, ms: number): number {
  return time(() => {
    let at = sizes.chain();
    for (let i = 0; i < steps; i++) at = at.next();
    awaitlet(at.value);
  }, ms);
}

/** What it takes to await so many expressions at once, in microseconds. */
export function gathered(count: number, ms: number): number {
  return time(() => awaitlet(Array.from({ length: count }, () => values.row())), ms);
}

/** Returns at once. */
export function nothing(): void {}
