import { Channel } from "../../src/bridge/channel.ts";
import { TO_LOOP, type ToLoop } from "../../src/wire/protocol.ts";

const counts = new Map<ToLoop, number>();

// A message begins with its kind, and the few kinds that there are fit into one byte.
const { take } = Channel.prototype;
Channel.prototype.take = function (this: Channel) {
  const arrived = take.call(this);
  const kind = TO_LOOP[arrived?.bytes[0] ?? -1];
  if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return arrived;
};

/**
 * Counts the messages that blocking code sends to the loop while `fn` runs.
 *
 * @param fn Runs the one task that is to be counted.
 * @returns What it gives; how often the blocking code waited for the loop; and how often it called back.
 */
export async function countMessages<T>(
  fn: () => Promise<T>,
): Promise<{ value: T; roundTrips: number; answers: number }> {
  counts.clear();
  const value = await fn();
  return { value, roundTrips: counts.get("evaluate") ?? 0, answers: counts.get("answer") ?? 0 };
}
